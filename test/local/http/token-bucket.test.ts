import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTokenBucket } from '../../../local/http/token-bucket.ts';

describe('the stage throttle', () => {
  test('lets a burst through, then the rate', () => {
    let nowMs = 0;
    const take = createTokenBucket({ ratePerSecond: 2, burst: 3 }, () => nowMs);
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
    nowMs = 499;
    expect(take()).toBe(false);
    nowMs = 500;
    expect([take(), take()]).toEqual([true, false]);
    nowMs = 1_000_000;
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
  });

  test('never lets more through than burst and rate allow, however requests arrive', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2000), { maxLength: 200 }), (gapsMs) => {
        let nowMs = 0;
        const take = createTokenBucket({ ratePerSecond: 5, burst: 7 }, () => nowMs);
        let taken = 0;
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          if (take()) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual(7 + (nowMs / 1000) * 5 + 1e-6);
      }),
    );
  });
});
