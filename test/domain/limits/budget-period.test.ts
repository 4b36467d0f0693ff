import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { periodEnd, periodStart } from '../../../lambdas/domain/limits/budget-period.ts';
import { budgetDurations } from '../../../lambdas/domain/limits/scope.ts';

const iso = (seconds: number | undefined) =>
  seconds === undefined ? undefined : new Date(seconds * 1000).toISOString();

describe('budget periods', () => {
  test.each([
    ['none', '2026-11-29T23:59:59.999Z', '1970-01-01T00:00:00.000Z', undefined],
    ['daily', '2026-11-29T23:59:59.999Z', '2026-11-29T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    ['weekly', '2026-11-29T23:59:59.999Z', '2026-11-23T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    ['weekly', '2026-11-30T00:00:00.000Z', '2026-11-30T00:00:00.000Z', '2026-12-07T00:00:00.000Z'],
    ['monthly', '2026-11-30T23:59:59.999Z', '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
    ['monthly', '2026-12-31T12:00:00.000Z', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['monthly', '2028-02-29T12:00:00.000Z', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
  ] as const)('%s at %s runs from %s to %s', (duration, now, start, end) => {
    expect(iso(periodStart(duration, Date.parse(now)))).toBe(start);
    expect(iso(periodEnd(duration, Date.parse(now)))).toBe(end);
  });

  test('every moment lies in its period, and periods follow each other without a gap', () => {
    const moments = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(fc.constantFrom(...budgetDurations), moments, (duration, nowMs) => {
        const [start, end] = [periodStart(duration, nowMs), periodEnd(duration, nowMs)];
        expect(start * 1000).toBeLessThanOrEqual(nowMs);
        if (end === undefined) return;
        expect(end * 1000).toBeGreaterThan(nowMs);
        expect(periodStart(duration, end * 1000)).toBe(end);
        expect(periodStart(duration, end * 1000 - 1)).toBe(start);
        if (duration === 'weekly') expect(new Date(start * 1000).getUTCDay()).toBe(1);
      }),
    );
  });
});
