import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packEntry, unpackEntry } from '../../../lambdas/domain/limits/open-entry.ts';

const someEntry = fc
  .record({
    amountNano: fc.nat(Number.MAX_SAFE_INTEGER),
    tokens: fc.nat(Number.MAX_SAFE_INTEGER),
    startedMinute: fc.nat(60_000_000),
    delay: fc.option(fc.nat(34), { nil: undefined }),
    leaseSeconds: fc.nat(100_000),
    scopeCount: fc.nat(35),
    keyId: fc.option(fc.stringMatching(/^[0-9A-Za-z]{12}$/), { nil: undefined }),
  })
  .map(({ delay, leaseSeconds, ...entry }) => ({
    ...entry,
    windowMinute: delay === undefined ? undefined : entry.startedMinute + delay,
    leaseEndsAtMs: entry.startedMinute * 60_000 + leaseSeconds * 1000,
  }));

describe('an open reservation', () => {
  test('comes back from its string as it was', () => {
    fc.assert(
      fc.property(someEntry, (entry) => {
        expect(unpackEntry(packEntry(entry))).toEqual(entry);
      }),
    );
  });

  test('is at most 40 bytes: three million dollars, sixty million tokens, twenty minutes', () => {
    const startedMinute = Math.floor(Date.UTC(2080, 0) / 60_000);
    const packed = packEntry({
      amountNano: 3_000_000e9,
      tokens: 60_000_000,
      startedMinute,
      windowMinute: startedMinute + 1,
      leaseEndsAtMs: (startedMinute + 20) * 60_000,
      scopeCount: 9,
      keyId: 'PublicId0001',
    });
    expect(Buffer.byteLength(packed)).toBeLessThanOrEqual(40);
  });

  test.each(['', 'x', '1.2.3.4', '1.2.3.4.', '1.2.3.4.5', 'A.2.3.4.00', ' 1.2.3.4.00'])('%j is refused', (packed) => {
    expect(() => unpackEntry(packed)).toThrow(TypeError);
  });
});
