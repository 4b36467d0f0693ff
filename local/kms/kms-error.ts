import { AwsError } from '../aws-json/aws-error.ts';
import type { LocalKey } from './key-store.ts';

export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function notFound(reference: string): AwsError {
  if (reference.includes('alias/')) return new AwsError('NotFoundException', `Alias ${reference} is not found.`);
  return new AwsError('NotFoundException', `Key '${reference}' does not exist`);
}

export function disabled({ arn }: LocalKey): AwsError {
  return new AwsError('DisabledException', `${arn} is disabled.`);
}

export function wrongUsage({ arn, usage }: LocalKey, operation: string): AwsError {
  return new AwsError('InvalidKeyUsageException', `${arn} key usage is ${usage} which is not valid for ${operation}.`);
}

/** Has no message, as with the service: nothing tells a wrong context from a tampered blob. */
export function invalidCiphertext(): AwsError {
  return new AwsError('InvalidCiphertextException', null);
}

export function incorrectKey(): AwsError {
  const message = 'The key ID in the request does not identify a CMK that can perform this operation.';
  return new AwsError('IncorrectKeyException', message);
}

export function invalidSignature(): AwsError {
  return new AwsError('KMSInvalidSignatureException', null);
}
