import { GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { type DataKey, sealEnvelope } from '../crypto/envelope.ts';
import type { EnvelopeContext } from '../domain/credentials/credential-record.ts';
import type { SealSecret } from '../domain/credentials/credential-store.ts';
import { GatewayFault } from '../domain/errors.ts';

export interface KmsEnvelopeSealerOptions {
  readonly client: KMSClient;
  readonly keyArn: string;
}

/** `arn:aws:kms:us-east-1:111122223333:key/mrk-12…` -> `mrk-12…`, which names the replica in each region too. */
export function keyIdOf(keyArn: string): string {
  return keyArn.slice(keyArn.lastIndexOf('/') + 1);
}

async function generateDataKey(client: KMSClient, keyArn: string, context: EnvelopeContext): Promise<DataKey> {
  const { Plaintext, CiphertextBlob, KeyId } = await client.send(
    new GenerateDataKeyCommand({ KeyId: keyArn, KeySpec: 'AES_256', EncryptionContext: { ...context } }),
  );
  if (Plaintext === undefined || CiphertextBlob === undefined || KeyId === undefined) {
    throw new Error('KMS gave no data key');
  }
  return { plain: Plaintext, encrypted: CiphertextBlob, keyId: keyIdOf(KeyId) };
}

/** Seals under a new data key each time. Throws GatewayFault `service_unavailable` where KMS gives none. */
export function createKmsEnvelopeSealer({ client, keyArn }: KmsEnvelopeSealerOptions): SealSecret {
  return async (text, context) => {
    const dataKey = await generateDataKey(client, keyArn, context).catch((cause: unknown) => {
      throw new GatewayFault('service_unavailable', { cause });
    });
    const envelope = sealEnvelope(text, dataKey, context);
    dataKey.plain.fill(0);
    return envelope;
  };
}
