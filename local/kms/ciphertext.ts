import { createCipheriv, createDecipheriv } from 'node:crypto';

export type EncryptionContext = Readonly<Record<string, string>>;

const version = 1;
const idBytes = 16;
const ivBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + idBytes + ivBytes + tagBytes;

export interface Sealing {
  readonly keyId: string;
  readonly secret: Buffer;
  readonly context: EncryptionContext;
}

/** `version | key id | iv | tag | ciphertext`, AES-256-GCM; the key id and the encryption context are authenticated. */
export function seal(plaintext: Buffer, { keyId, secret, context }: Sealing, iv: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', secret, iv);
  cipher.setAAD(authenticatedData(keyId, context));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const id = Buffer.from(keyId.replaceAll('-', ''), 'hex');
  return Buffer.concat([Buffer.from([version]), id, iv, cipher.getAuthTag(), sealed]);
}

/** The plaintext; undefined where anything has been tampered with, or the context is another. */
export function unseal(blob: Buffer, { keyId, secret, context }: Sealing): Buffer | undefined {
  try {
    const iv = blob.subarray(1 + idBytes, 1 + idBytes + ivBytes);
    const decipher = createDecipheriv('aes-256-gcm', secret, iv, { authTagLength: tagBytes });
    decipher.setAAD(authenticatedData(keyId, context));
    decipher.setAuthTag(blob.subarray(headerBytes - tagBytes, headerBytes));
    return Buffer.concat([decipher.update(blob.subarray(headerBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** The id of the key that made a blob; undefined where it is none of ours. */
export function keyIdOf(blob: Buffer): string | undefined {
  if (blob.length < headerBytes || blob[0] !== version) return undefined;
  const hex = blob.toString('hex', 1, 1 + idBytes);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export const ivLength = ivBytes;

/** One text per context, whatever the order in which its pairs came. */
function authenticatedData(keyId: string, context: EncryptionContext): Buffer {
  const pairs = Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify([keyId, pairs]));
}
