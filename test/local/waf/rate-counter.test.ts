import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRateCounter } from '../../../local/waf/rate-counter.ts';

describe('a rate', () => {
  test('is over exactly where more than the limit came within the window, whatever the order of keys and times', () => {
    const request = fc.record({ key: fc.constantFrom('a', 'b', 'c'), afterMs: fc.nat({ max: 9_000 }) });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 200 }), fc.integer({ min: 1, max: 20 }), (requests, limit) => {
        const windowSeconds = 10;
        let nowMs = 0;
        const seen: { key: string; second: number }[] = [];
        const isOver = createRateCounter({ limit, windowSeconds, clock: () => nowMs });
        for (const { key, afterMs } of requests) {
          nowMs += afterMs;
          const second = Math.floor(nowMs / 1000);
          seen.push({ key, second });
          const within = seen.filter((other) => other.key === key && other.second > second - windowSeconds);
          expect(isOver(key)).toBe(within.length > limit);
        }
      }),
    );
  });

  test('is followed for 10,000 keys at most, and for new ones once old ones have fallen silent', () => {
    let nowMs = 0;
    const isOver = createRateCounter({ limit: 1, windowSeconds: 60, clock: () => nowMs });
    for (let key = 0; key < 10_000; key += 1) isOver(`old ${key}`);
    expect([isOver('new'), isOver('new')]).toEqual([false, false]);
    expect(isOver('old 1')).toBe(true);
    nowMs = 120_000;
    expect([isOver('new'), isOver('new')]).toEqual([false, true]);
  });
});
