import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import * as z from 'zod';
import type { SigningKeySpec } from './key-definition.ts';
import { usableKey } from './key-lookup.ts';
import type { KeyStore, LocalKey } from './key-store.ts';
import { invalidSignature, validation, wrongUsage } from './kms-error.ts';
import { defineOperation, type KmsOperation, keyReference } from './operation.ts';

/** The algorithm of each kind of key, and the hash that goes with it; Ed25519 has its own inside. */
export const signingAlgorithms = {
  ECC_NIST_P256: { name: 'ECDSA_SHA_256', hash: 'sha256' },
  ECC_NIST_P384: { name: 'ECDSA_SHA_384', hash: 'sha384' },
  ECC_NIST_EDWARDS25519: { name: 'ED25519_SHA_512', hash: null },
} as const satisfies Record<SigningKeySpec, { name: string; hash: string | null }>;

const bytes = z.base64().transform((text) => Buffer.from(text, 'base64'));
const message = bytes.refine(
  ({ length }) => length >= 1 && length <= 4096,
  'Member must have length between 1 and 4096',
);
const signInput = z.object({
  KeyId: keyReference,
  Message: message,
  MessageType: z.enum(['RAW', 'DIGEST']).default('RAW'),
  SigningAlgorithm: z.string(),
});
const verifyInput = signInput.extend({ Signature: bytes });

export function signingOperations(keys: KeyStore): KmsOperation[] {
  return [
    defineOperation('Sign', signInput, (input) => {
      const { key, privateKey, hash } = signingKey(keys, input, 'Sign');
      const Signature = sign(hash, input.Message, privateKey).toString('base64');
      return { KeyId: key.arn, Signature, SigningAlgorithm: input.SigningAlgorithm };
    }),
    defineOperation('Verify', verifyInput, (input) => {
      const { key, privateKey, hash } = signingKey(keys, input, 'Verify');
      if (!verify(hash, input.Message, createPublicKey(privateKey), input.Signature)) throw invalidSignature();
      return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: input.SigningAlgorithm };
    }),
    defineOperation('GetPublicKey', z.object({ KeyId: keyReference }), ({ KeyId }) => {
      const key = usableKey(keys, KeyId);
      if (key.material.kind !== 'signing' || key.spec === 'SYMMETRIC_DEFAULT') throw wrongUsage(key, 'GetPublicKey');
      const publicKey = createPublicKey(key.material.privateKey).export({ type: 'spki', format: 'der' });
      return {
        KeyId: key.arn,
        PublicKey: publicKey.toString('base64'),
        KeySpec: key.spec,
        CustomerMasterKeySpec: key.spec,
        KeyUsage: key.usage,
        SigningAlgorithms: [signingAlgorithms[key.spec].name],
      };
    }),
  ];
}

function signingKey(keys: KeyStore, input: z.infer<typeof signInput>, operation: string): SigningKey {
  const key = usableKey(keys, input.KeyId);
  if (key.material.kind !== 'signing' || key.spec === 'SYMMETRIC_DEFAULT') throw wrongUsage(key, operation);
  const { name, hash } = signingAlgorithms[key.spec];
  if (input.SigningAlgorithm !== name) {
    throw validation(`Algorithm ${input.SigningAlgorithm} is incompatible with key spec ${key.spec}.`);
  }
  // Node signs messages only, not digests; the service can do both for ECDSA.
  if (input.MessageType !== 'RAW') throw validation('MessageType DIGEST is not emulated; sign the message itself.');
  return { key, privateKey: key.material.privateKey, hash };
}

interface SigningKey {
  readonly key: LocalKey;
  readonly privateKey: KeyObject;
  readonly hash: string | null;
}
