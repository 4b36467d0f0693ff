// The envelope's own cryptography, between a data key and a text. From the data key and a random message id HKDF-SHA-512
// derives the AES-256-GCM key and a commitment to it; GCM alone commits to no key, as one ciphertext can be made that two
// keys open. The tag covers the version, the KMS key and the context, so a swapped or edited record does not open.
import type { Envelope, EnvelopeContext } from '../domain/credentials/credential-record.ts';

const crypto = process.getBuiltinModule('node:crypto');

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const MESSAGE_ID_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A data key as KMS gives it: in plain, and under the KMS key `keyId`. */
export interface DataKey {
  readonly plain: Uint8Array;
  readonly encrypted: Uint8Array;
  readonly keyId: string;
}

function deriveKey(dataKey: Uint8Array, messageId: Uint8Array): { readonly key: Buffer; readonly commitment: Buffer } {
  if (dataKey.length !== KEY_BYTES) throw new Error('A data key must have 32 bytes');
  const derived = Buffer.from(crypto.hkdfSync('sha512', dataKey, messageId, 'portcullis/envelope/1', 2 * KEY_BYTES));
  return { key: derived.subarray(0, KEY_BYTES), commitment: derived.subarray(KEY_BYTES) };
}

/** A JSON array of strings, as no two different lists have the same text. */
function authenticatedData(keyId: string, { purpose, tenant, record }: EnvelopeContext): Buffer {
  return Buffer.from(JSON.stringify(['portcullis/envelope/1', keyId, purpose, tenant, record]));
}

/** Buffer reads base64 with anything in between; here every byte has one spelling. */
function decodeBase64(text: string, bytes?: number): Buffer {
  const decoded = Buffer.from(text, 'base64');
  if (decoded.toString('base64') !== text || (bytes !== undefined && decoded.length !== bytes)) {
    throw new Error('The envelope is malformed');
  }
  return decoded;
}

/** One data key per envelope, so that no nonce can ever repeat under it. */
export function sealEnvelope(
  text: string,
  dataKey: DataKey,
  context: EnvelopeContext,
  randomBytes: (size: number) => Buffer = crypto.randomBytes,
): Envelope {
  const messageId = randomBytes(MESSAGE_ID_BYTES);
  const iv = randomBytes(IV_BYTES);
  const { key, commitment } = deriveKey(dataKey.plain, messageId);
  const cipher = crypto.createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(authenticatedData(dataKey.keyId, context));
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  key.fill(0);
  return {
    version: 1,
    keyId: dataKey.keyId,
    dataKey: Buffer.from(dataKey.encrypted).toString('base64'),
    messageId: messageId.toString('base64'),
    iv: iv.toString('base64'),
    commitment: commitment.toString('base64'),
    ciphertext: ciphertext.toString('base64'),
  };
}

/** Throws where the data key, the context or any byte is not the one that it was sealed with. */
export function openEnvelope(envelope: Envelope, dataKey: Uint8Array, context: EnvelopeContext): string {
  const { key, commitment } = deriveKey(dataKey, decodeBase64(envelope.messageId, MESSAGE_ID_BYTES));
  if (!crypto.timingSafeEqual(commitment, decodeBase64(envelope.commitment, KEY_BYTES))) {
    throw new Error('The envelope was not sealed with this data key');
  }
  const sealed = decodeBase64(envelope.ciphertext);
  if (sealed.length < TAG_BYTES) throw new Error('The envelope is malformed');
  const iv = decodeBase64(envelope.iv, IV_BYTES);
  const decipher = crypto.createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(authenticatedData(envelope.keyId, context));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const text = decipher.update(sealed.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  key.fill(0);
  return text;
}
