import { type KMSClient, ReEncryptCommand } from '@aws-sdk/client-kms';
import type { RewrapEnvelope } from '../domain/credentials/secret-shelf.ts';
import { GatewayFault } from '../domain/errors.ts';
import { keyIdOf } from './kms-envelope-seal.ts';

export interface KmsRewrapperOptions {
  readonly client: KMSClient;
  /** The KMS key in use. */
  readonly keyArn: string;
}

/**
 * By one KMS call, in which the data key never leaves KMS. The ciphertext stays as it is, and so does the key that its tag
 * names: the one that it was sealed under.
 */
export function createKmsRewrapper({ client, keyArn }: KmsRewrapperOptions): RewrapEnvelope {
  return async (envelope, context) => {
    const EncryptionContext = { ...context };
    try {
      const { CiphertextBlob, KeyId } = await client.send(
        new ReEncryptCommand({
          CiphertextBlob: Buffer.from(envelope.dataKey, 'base64'),
          SourceKeyId: envelope.wrappedUnder ?? envelope.keyId,
          SourceEncryptionContext: EncryptionContext,
          DestinationKeyId: keyArn,
          DestinationEncryptionContext: EncryptionContext,
        }),
      );
      if (CiphertextBlob === undefined || KeyId === undefined) throw new Error('KMS gave no data key');
      const dataKey = Buffer.from(CiphertextBlob).toString('base64');
      return { ...envelope, dataKey, wrappedUnder: keyIdOf(KeyId) };
    } catch (cause) {
      throw new GatewayFault('service_unavailable', { cause });
    }
  };
}
