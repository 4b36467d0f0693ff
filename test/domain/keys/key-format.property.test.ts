import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  composeKey,
  lastFourOf,
  PUBLIC_ID_LENGTH,
  parseKey,
  SECRET_LENGTH,
} from '../../../lambdas/domain/keys/key-format.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base62 = (length: number) =>
  fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: length, maxLength: length });
const parts = fc.record({ publicId: base62(PUBLIC_ID_LENGTH), secret: base62(SECRET_LENGTH) });

describe('key format', () => {
  test('a key parses back to its parts', () => {
    fc.assert(
      fc.property(parts, (value) => {
        expect(parseKey(composeKey(value))).toEqual(value);
      }),
    );
  });

  test('a key has the documented shape, and its checksum is the CRC-32 of all before it', () => {
    fc.assert(
      fc.property(parts, (value) => {
        const key = composeKey(value);
        expect(key).toMatch(/^ask_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/);
        const number = [...key.slice(-6)].reduce((sum, digit) => sum * 62 + ALPHABET.indexOf(digit), 0);
        expect(number).toBe(crc32(key.slice(0, -6)));
        expect(lastFourOf(key)).toBe(key.slice(-4));
      }),
    );
  });

  test('this key is valid for ever: the format is a promise to secret scanners', () => {
    expect(composeKey({ publicId: '0123456789AB', secret: 'CDEFGHIJKLMNOPQRSTUVWXYZabcdefgh' })).toBe(
      'ask_0123456789AB_CDEFGHIJKLMNOPQRSTUVWXYZabcdefgh3RFOmw',
    );
  });

  test('every single wrong character is refused', () => {
    const replacements = [...ALPHABET, '_', ' ', '\n', '-', 'é', '\u0000'];
    fc.assert(
      fc.property(parts, (value) => {
        const key = composeKey(value);
        const changed = Array.from(key, (right, at) =>
          replacements.filter((wrong) => wrong !== right).map((wrong) => key.slice(0, at) + wrong + key.slice(at + 1)),
        );
        expect(changed.flat().filter((text) => parseKey(text) !== 'malformed')).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  test('a key cut, lengthened, doubled or with two neighbours swapped is refused', () => {
    fc.assert(
      fc.property(parts, fc.nat(), (value, seed) => {
        const key = composeKey(value);
        const at = 17 + (seed % (key.length - 18));
        const swapped = key.slice(0, at) + key.charAt(at + 1) + key.charAt(at) + key.slice(at + 2);
        const broken = [key.slice(0, at), `${key}0`, ` ${key}`, `${key}\n`, key + key, key.toUpperCase()];
        if (swapped !== key) broken.push(swapped);
        for (const text of broken) expect(parseKey(text)).toBe('malformed');
      }),
    );
  });

  test('noise is refused, however much it looks like a key', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => parseKey(text) === 'malformed'));
    // Of these, one in 2^32 would be a key.
    fc.assert(
      fc.property(base62(12), base62(38), (left, right) => parseKey(`ask_${left}_${right}`) === 'malformed'),
      { seed: 20261122, numRuns: 1000 },
    );
  });
});
