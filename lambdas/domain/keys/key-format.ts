// `ask_<public id, 12><underscore><secret, 32><checksum, 6>`, all base62. The public id finds the record and may be
// logged; the checksum tells a key from noise before any look-up, and lets a secret scanner do the same offline.
import { crc32 } from '../crc32.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const KEY_PATTERN = /^(ask_([0-9A-Za-z]{12})_([0-9A-Za-z]{32}))([0-9A-Za-z]{6})$/;

export const PUBLIC_ID_LENGTH = 12;
export const SECRET_LENGTH = 32;
const CHECKSUM_LENGTH = 6;

export interface KeyParts {
  readonly publicId: string;
  /** Of this alone the SHA-256 is kept. */
  readonly secret: string;
}

const encoder = new TextEncoder();

/**
 * CRC-32, which finds every change within 32 bits, so every single wrong character. 62 to the power of 6 exceeds 2 to the
 * power of 32, so six digits always hold it.
 */
export function checksumOf(text: string): string {
  let rest = crc32(encoder.encode(text));
  let digits = '';
  while (digits.length < CHECKSUM_LENGTH) {
    digits = ALPHABET.charAt(rest % ALPHABET.length) + digits;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return digits;
}

/** The key as it is shown, once. The parts must have come from a CSPRNG, in base62. */
export function composeKey({ publicId, secret }: KeyParts): string {
  const body = `ask_${publicId}_${secret}`;
  return body + checksumOf(body);
}

/** Pure and quick, so that noise costs no look-up. Says nothing about whether such a key exists. */
export function parseKey(text: string): KeyParts | 'malformed' {
  const [, body, publicId, secret, checksum] = KEY_PATTERN.exec(text) ?? [];
  if (body === undefined || publicId === undefined || secret === undefined) return 'malformed';
  return checksum === checksumOf(body) ? { publicId, secret } : 'malformed';
}

/** The last characters of the whole key: all of it that is ever shown again. */
export function lastFourOf(secretText: string): string {
  return secretText.slice(-4);
}
