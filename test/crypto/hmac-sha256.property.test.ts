import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHmacSha256 } from '../../lambdas/crypto/hmac-sha256.ts';

describe('createHmacSha256', () => {
  test('gives what an independent HMAC gives, for any key of a block at most and any texts in any order', () => {
    const keys = fc.uint8Array({ maxLength: 64 });
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(keys, texts, (key, all) => {
        const hmac = createHmacSha256(key);
        for (const text of all) expect(hmac(text)).toBe(createHmac('sha256', key).update(text).digest('hex'));
      }),
    );
  });

  test('gives the published example (RFC 4231, case 2)', () => {
    expect(createHmacSha256(Buffer.from('Jefe'))('what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  test('refuses a longer key, which would have to be hashed first', () => {
    expect(() => createHmacSha256(Buffer.alloc(65))).toThrow(RangeError);
  });
});
