import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equalInConstantTime } from '../../lambdas/crypto/equal-in-constant-time.ts';
import { randomBase62 } from '../../lambdas/crypto/random-base62.ts';
import { sha256Hex } from '../../lambdas/crypto/sha256-hex.ts';

describe('sha256Hex', () => {
  test('gives the published digest of "abc"', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  test('hashes a text as its UTF-8 bytes, as an independent hash does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const expected = createHash('sha256').update(Buffer.from(text, 'utf8')).digest('hex');
        return sha256Hex(text) === expected && sha256Hex(Buffer.from(text, 'utf8')) === expected;
      }),
    );
  });
});

describe('equalInConstantTime', () => {
  test('agrees with plain equality for any two texts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (left, right) => {
        expect(equalInConstantTime(left, right)).toBe(left === right);
        expect(equalInConstantTime(left, left)).toBe(true);
      }),
    );
  });

  test('tells digests apart that differ in one place', () => {
    const digest = sha256Hex('abc');
    for (let at = 0; at < digest.length; at += 1) {
      const other = `${digest.slice(0, at)}${digest[at] === '0' ? '1' : '0'}${digest.slice(at + 1)}`;
      expect(equalInConstantTime(digest, other)).toBe(false);
    }
  });
});

describe('randomBase62', () => {
  test('has the length asked for, of base62 alone', () => {
    for (const length of [0, 1, 12, 32, 500])
      expect(randomBase62(length)).toMatch(new RegExp(`^[0-9A-Za-z]{${length}}$`));
  });

  test('every byte value leads to each character equally often or is thrown away: no modulo bias', () => {
    const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    let calls = 0;
    const text = randomBase62(248, () => {
      calls += 1;
      return everyByte;
    });
    const counts = new Map<string, number>();
    for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
    expect(calls).toBe(1);
    expect(counts.size).toBe(62);
    expect(new Set(counts.values())).toEqual(new Set([4]));
  });

  test('draws again for what it threw away, and never returns less', () => {
    const draws = [Uint8Array.of(255, 248, 0), Uint8Array.of(250, 61), Uint8Array.of(62)];
    expect(randomBase62(3, () => draws.shift() ?? new Uint8Array())).toBe('0z0');
  });

  test('does not repeat itself', () => {
    expect(new Set(Array.from({ length: 1000 }, () => randomBase62(12))).size).toBe(1000);
  });
});
