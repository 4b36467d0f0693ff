import * as z from 'zod/mini';
import { openEnvelope } from '../crypto/envelope.ts';
import type { Envelope, EnvelopeContext } from '../domain/credentials/credential-record.ts';
import type { JsonClient } from './json-client.ts';

const decryptOutput = z.object({ Plaintext: z.string() });

/** Gives the sealed text. Throws where KMS refuses, or where record and envelope do not belong together. */
export type OpenEnvelope = (envelope: Envelope, context: EnvelopeContext) => Promise<string>;

/**
 * Decrypts by one KMS call. The KMS key is pinned: KMS refuses a data key that was wrapped under any other, and the
 * function's role lets it use one key under this purpose alone.
 */
export function createKmsEnvelopeOpener(client: JsonClient): OpenEnvelope {
  return async (envelope, context) => {
    const output = await client.call('Decrypt', {
      CiphertextBlob: envelope.dataKey,
      EncryptionContext: context,
      KeyId: envelope.wrappedUnder ?? envelope.keyId,
    });
    const dataKey = Buffer.from(z.parse(decryptOutput, output).Plaintext, 'base64');
    const text = openEnvelope(envelope, dataKey, context);
    dataKey.fill(0);
    return text;
  };
}
