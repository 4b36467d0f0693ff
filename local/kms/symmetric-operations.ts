import * as z from 'zod';
import { type EncryptionContext, ivLength, keyIdOf, seal, unseal } from './ciphertext.ts';
import { usableKey } from './key-lookup.ts';
import type { KeyStore, LocalKey } from './key-store.ts';
import { incorrectKey, invalidCiphertext, validation, wrongUsage } from './kms-error.ts';
import { defineOperation, type KmsOperation, keyReference } from './operation.ts';

const algorithm = 'SYMMETRIC_DEFAULT';
const bytes = z.base64().transform((text) => Buffer.from(text, 'base64'));
const context = z.record(z.string(), z.string()).default({});
const onlyAlgorithm = z.literal(algorithm).default(algorithm);
const plaintext = bytes.refine(
  ({ length }) => length >= 1 && length <= 4096,
  'Member must have length between 1 and 4096',
);
const blob = bytes.refine(({ length }) => length >= 1 && length <= 6144, 'Member must have length between 1 and 6144');

const dataKey = z.object({
  KeyId: keyReference,
  KeySpec: z.enum(['AES_256', 'AES_128']).optional(),
  NumberOfBytes: z.int().min(1).max(1024).optional(),
  EncryptionContext: context,
});
const encrypt = z.object({
  KeyId: keyReference,
  Plaintext: plaintext,
  EncryptionContext: context,
  EncryptionAlgorithm: onlyAlgorithm,
});
const decrypt = z.object({
  KeyId: keyReference.optional(),
  CiphertextBlob: blob,
  EncryptionContext: context,
  EncryptionAlgorithm: onlyAlgorithm,
});
const reEncrypt = z.object({
  CiphertextBlob: blob,
  SourceKeyId: keyReference.optional(),
  SourceEncryptionContext: context,
  DestinationKeyId: keyReference,
  DestinationEncryptionContext: context,
});

export function symmetricOperations(keys: KeyStore, randomBytes: (bytes: number) => Buffer): KmsOperation[] {
  const sealWith = (key: LocalKey, secret: Buffer, EncryptionContext: EncryptionContext) =>
    seal(secret, sealing(key, EncryptionContext), randomBytes(ivLength)).toString('base64');
  const makeDataKey = (input: z.infer<typeof dataKey>, operation: string) => {
    const key = usableKey(keys, input.KeyId);
    requireSymmetric(key, operation);
    const secret = randomBytes(lengthOf(input));
    const CiphertextBlob = sealWith(key, secret, input.EncryptionContext);
    return { KeyId: key.arn, CiphertextBlob, Plaintext: secret.toString('base64') };
  };
  return [
    defineOperation('GenerateDataKey', dataKey, (input) => makeDataKey(input, 'GenerateDataKey')),
    defineOperation('GenerateDataKeyWithoutPlaintext', dataKey, (input) => {
      const { KeyId, CiphertextBlob } = makeDataKey(input, 'GenerateDataKeyWithoutPlaintext');
      return { KeyId, CiphertextBlob };
    }),
    defineOperation('Encrypt', encrypt, ({ KeyId, Plaintext, EncryptionContext }) => {
      const key = usableKey(keys, KeyId);
      requireSymmetric(key, 'Encrypt');
      const CiphertextBlob = sealWith(key, Plaintext, EncryptionContext);
      return { KeyId: key.arn, CiphertextBlob, EncryptionAlgorithm: algorithm };
    }),
    defineOperation('Decrypt', decrypt, ({ KeyId, CiphertextBlob, EncryptionContext }) => {
      const { key, secret } = openBlob(keys, CiphertextBlob, { expected: KeyId, context: EncryptionContext });
      return { KeyId: key.arn, Plaintext: secret.toString('base64'), EncryptionAlgorithm: algorithm };
    }),
    defineOperation('ReEncrypt', reEncrypt, (input) => {
      const source = { expected: input.SourceKeyId, context: input.SourceEncryptionContext };
      const opened = openBlob(keys, input.CiphertextBlob, source);
      const key = usableKey(keys, input.DestinationKeyId);
      requireSymmetric(key, 'ReEncrypt');
      return {
        CiphertextBlob: sealWith(key, opened.secret, input.DestinationEncryptionContext),
        KeyId: key.arn,
        SourceKeyId: opened.key.arn,
        SourceEncryptionAlgorithm: algorithm,
        DestinationEncryptionAlgorithm: algorithm,
      };
    }),
  ];
}

interface Source {
  /** The key that the caller says it is. */
  readonly expected: string | undefined;
  readonly context: EncryptionContext;
}

function openBlob(keys: KeyStore, sealed: Buffer, source: Source): { key: LocalKey; secret: Buffer } {
  const expected = source.expected === undefined ? undefined : usableKey(keys, source.expected);
  const id = keyIdOf(sealed);
  const maker = id === undefined ? undefined : keys.find(id);
  if (maker === undefined) throw invalidCiphertext();
  if (expected !== undefined && expected.id !== maker.id) throw incorrectKey();
  const key = usableKey(keys, maker.id);
  const secret = unseal(sealed, sealing(key, source.context));
  if (secret === undefined) throw invalidCiphertext();
  return { key, secret };
}

function sealing({ id, material }: LocalKey, encryptionContext: EncryptionContext) {
  if (material.kind !== 'symmetric') throw invalidCiphertext();
  return { keyId: id, secret: material.secret, context: encryptionContext };
}

function requireSymmetric(key: LocalKey, operation: string): void {
  if (key.material.kind !== 'symmetric') throw wrongUsage(key, operation);
}

function lengthOf({ KeySpec, NumberOfBytes }: z.infer<typeof dataKey>): number {
  if ((KeySpec === undefined) === (NumberOfBytes === undefined)) {
    throw validation('Please specify either number of bytes or key spec.');
  }
  return NumberOfBytes ?? (KeySpec === 'AES_128' ? 16 : 32);
}
