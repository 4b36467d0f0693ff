const crypto = process.getBuiltinModule('node:crypto');

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The greatest multiple of 62 that fits a byte. A byte from there on is thrown away: `% 62` would favour some letters. */
const FAIR_BYTES = 248;

/** `length` base62 characters, each drawn evenly: 5.95 bits of the source's randomness per character. */
export function randomBase62(length: number, randomBytes: (size: number) => Uint8Array = crypto.randomBytes): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length - text.length)) {
      if (byte < FAIR_BYTES) text += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return text;
}
