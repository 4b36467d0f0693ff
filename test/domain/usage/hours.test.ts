import { describe, expect, it } from 'vitest';
import { defaultRetention, retentionOf, retentionRecord } from '../../../lambdas/domain/accounts/retention.ts';
import { expiryOf, foldAfter, hourOf, isLate, markHoldsUntil } from '../../../lambdas/domain/usage/hours.ts';

const minute = 60_000;
const hourMs = Date.UTC(2026, 10, 25, 9);
/** A request runs for as long, and a process too: whoever marks an hour has put its record by then. */
const longestMs = 15 * minute + 30_000;
const skewMs = 2_000;

describe('an hour', () => {
  it('holds its first moment and its last', () => {
    expect([hourMs, hourMs + 60 * minute - 1].map(hourOf)).toEqual([hourMs, hourMs]);
    expect(hourOf(hourMs - 1)).toBe(hourMs - 60 * minute);
  });

  it('is never folded while a record may be on its way under a mark, whenever that was made, and whatever the clocks', () => {
    for (let markedMs = hourMs; markedMs < hourMs + 400 * minute; markedMs += 30_000) {
      const lastPutMs = markHoldsUntil(hourMs, markedMs) + longestMs + skewMs;
      expect(foldAfter(hourMs, markedMs) * 1000 - skewMs).toBeGreaterThan(lastPutMs);
    }
  });

  it('is late exactly when a mark that was made in time no longer holds', () => {
    const endMs = markHoldsUntil(hourMs, hourMs);
    expect([endMs - 1, endMs].map((ms) => isLate(hourMs, ms))).toEqual([false, true]);
  });

  it('is folded two hours after its first request at the latest, where nothing comes late', () => {
    expect(foldAfter(hourMs, hourMs)).toBe((hourMs + 120 * minute) / 1000);
  });

  it('has gone after so many days from its beginning, never later than promised', () => {
    expect(expiryOf(hourMs, 30)).toBe(Date.UTC(2026, 11, 25, 9) / 1000);
  });
});

describe('retention', () => {
  it.each([
    [undefined, defaultRetention],
    [{}, defaultRetention],
    [{ usageDays: 400 }, { ...defaultRetention, usageDays: 400 }],
    [
      { requestRecordDays: 1, usageDays: 2 },
      { requestRecordDays: 1, usageDays: 2 },
    ],
  ])('of an account that has chosen %j', (retention, expected) => {
    expect(retentionOf({ retention })).toEqual(expected);
  });

  it.each([0, -1, 1.5, 3651])('is no %d days', (days) => {
    expect(retentionRecord.safeParse({ usageDays: days }).success).toBe(false);
  });
});
