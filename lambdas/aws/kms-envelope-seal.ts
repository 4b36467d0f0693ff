import { GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { sealEnvelope } from '../crypto/envelope.ts';
import type { SealSecret } from '../domain/credentials/credential-store.ts';

export interface KmsEnvelopeSealerOptions {
  readonly client: KMSClient;
  readonly keyArn: string;
}

/** `arn:aws:kms:us-east-1:111122223333:key/mrk-12…` -> `mrk-12…`, which names the replica in each region too. */
function keyIdOf(keyArn: string): string {
  return keyArn.slice(keyArn.lastIndexOf('/') + 1);
}

/** Seals under a new data key each time. */
export function createKmsEnvelopeSealer({ client, keyArn }: KmsEnvelopeSealerOptions): SealSecret {
  return async (text, context) => {
    const { Plaintext, CiphertextBlob, KeyId } = await client.send(
      new GenerateDataKeyCommand({ KeyId: keyArn, KeySpec: 'AES_256', EncryptionContext: { ...context } }),
    );
    if (Plaintext === undefined || CiphertextBlob === undefined || KeyId === undefined) {
      throw new Error('KMS gave no data key');
    }
    const envelope = sealEnvelope(
      text,
      { plain: Plaintext, encrypted: CiphertextBlob, keyId: keyIdOf(KeyId) },
      context,
    );
    Plaintext.fill(0);
    return envelope;
  };
}
