import type { VerifyEd25519 } from '../domain/audit/signed-note.ts';

const crypto = process.getBuiltinModule('node:crypto');

/** A SubjectPublicKeyInfo of Ed25519 is this and the 32 bytes of the key (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  if (publicKey.length !== 32) return false;
  const key = Buffer.concat([SPKI_PREFIX, publicKey]);
  return crypto.verify(null, message, { key, format: 'der', type: 'spki' }, signature);
};

/** The 32 bytes of a key in the form in which KMS and OpenSSL give it; undefined for a key of another kind. */
export function rawPublicKey(spki: Uint8Array): Uint8Array | undefined {
  const isEd25519 = spki.length === SPKI_PREFIX.length + 32 && SPKI_PREFIX.equals(spki.subarray(0, SPKI_PREFIX.length));
  return isEd25519 ? spki.subarray(SPKI_PREFIX.length) : undefined;
}
