import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketSeconds, cutShort, planBuckets } from '../../../lambdas/domain/usage/time-buckets.ts';

const nowSeconds = Date.UTC(2026, 10, 25, 12, 34, 56) / 1000;
const day = 86_400;
const today = Date.UTC(2026, 10, 25) / 1000;
const query = { width: '1d', startTime: today, endTime: undefined, limit: 7, page: undefined } as const;

describe('planBuckets', () => {
  it('begins with the bucket that holds the start, and ends with the one that holds now', () => {
    const plan = planBuckets({ ...query, startTime: today - 3 * day + 777 }, nowSeconds);
    expect(plan).toEqual({
      widthSeconds: day,
      startTime: today - 3 * day,
      endTime: today + day,
      count: 4,
      nextPage: undefined,
    });
  });

  it.each([
    ['an end at the beginning of a bucket leaves that bucket out', { endTime: today }, 3],
    ['an end within a bucket takes it whole', { endTime: today + 1 }, 4],
    ['an end in the future shows no day that has not begun', { endTime: today + 30 * day }, 4],
  ])('%s', (_case, more, count) => {
    expect(planBuckets({ ...query, startTime: today - 3 * day, ...more }, nowSeconds).count).toBe(count);
  });

  it('has no bucket where the start lies in the future', () => {
    const plan = planBuckets({ ...query, startTime: nowSeconds + 2 * day }, nowSeconds);
    expect(plan).toMatchObject({ count: 0, nextPage: undefined });
  });

  it('shows each bucket once, and all of them, whatever the pages, be they cut short or not', () => {
    const property = fc.property(
      fc.constantFrom('1m', '1h', '1d'),
      fc.integer({ min: 0, max: 400 }),
      fc.nat(86_399),
      fc.integer({ min: 1, max: 60 }),
      (width, bucketsAgo, offset, limit) => {
        const seconds = bucketSeconds[width];
        const startTime = nowSeconds - bucketsAgo * seconds - (offset % seconds);
        const starts: number[] = [];
        let page: number | undefined;
        do {
          const whole = planBuckets({ width, startTime, endTime: undefined, limit, page }, nowSeconds);
          const plan =
            whole.count > 2 && starts.length % 3 === 0 ? cutShort(whole, whole.startTime + 2 * seconds) : whole;
          expect(plan.count).toBeLessThanOrEqual(limit);
          expect(plan.endTime - plan.startTime).toBe(plan.count * seconds);
          for (let index = 0; index < plan.count; index += 1) starts.push(plan.startTime + index * seconds);
          page = plan.nextPage;
        } while (page !== undefined);
        const first = Math.floor(startTime / seconds);
        const last = Math.floor(nowSeconds / seconds);
        expect(starts).toEqual(Array.from({ length: last - first + 1 }, (_, index) => (first + index) * seconds));
      },
    );
    fc.assert(property);
  });
});
