import { describe, expect, test } from 'vitest';
import { parseScheduleExpression } from '../../../local/triggers/schedule-expression.ts';

const startedAtMs = Date.parse('2026-11-22T01:02:03Z'); // a Sunday

function runs(expression: string, count = 3, timezone = 'UTC'): (string | undefined)[] {
  const recurrence = parseScheduleExpression(expression, { timezone, startedAtMs });
  const found: (string | undefined)[] = [];
  let afterMs: number | undefined = startedAtMs;
  while (found.length < count && afterMs !== undefined) {
    afterMs = recurrence.next(afterMs);
    found.push(afterMs === undefined ? undefined : new Date(afterMs).toISOString().slice(0, 19));
  }
  return found;
}

describe('a schedule runs when EventBridge would run it', () => {
  test.each([
    ['rate(1 minute)', ['2026-11-22T01:03:03', '2026-11-22T01:04:03', '2026-11-22T01:05:03']],
    ['rate(6 hours)', ['2026-11-22T07:02:03', '2026-11-22T13:02:03', '2026-11-22T19:02:03']],
    ['cron(0 * * * ? *)', ['2026-11-22T02:00:00', '2026-11-22T03:00:00', '2026-11-22T04:00:00']],
    ['cron(0/20 * ? * * *)', ['2026-11-22T01:20:00', '2026-11-22T01:40:00', '2026-11-22T02:00:00']],
    ['cron(5/10 * ? * * *)', ['2026-11-22T01:05:00', '2026-11-22T01:15:00', '2026-11-22T01:25:00']],
    ['cron(15 10 ? * 1 *)', ['2026-11-22T10:15:00', '2026-11-29T10:15:00', '2026-12-06T10:15:00']],
    ['cron(0 8 ? * MON-FRI *)', ['2026-11-23T08:00:00', '2026-11-24T08:00:00', '2026-11-25T08:00:00']],
    ['cron(0 0 L * ? *)', ['2026-11-30T00:00:00', '2026-12-31T00:00:00', '2027-01-31T00:00:00']],
    ['cron(0 9 ? * 2#1 *)', ['2026-12-07T09:00:00', '2027-01-04T09:00:00', '2027-02-01T09:00:00']],
    ['cron(0 0 1 1 ? 2027)', ['2027-01-01T00:00:00', undefined]],
    ['at(2026-12-24T18:00:00)', ['2026-12-24T18:00:00', undefined]],
    ['at(2020-01-01T00:00:00)', [undefined]],
  ])('%s', (expression, expected) => {
    expect(runs(expression)).toEqual(expected);
  });

  test('in its own time zone, over the change of the clocks', () => {
    expect(runs('cron(30 3 ? * SUN *)', 2, 'Europe/Berlin')).toEqual(['2026-11-22T02:30:00', '2026-11-29T02:30:00']);
    expect(runs('at(2026-07-01T12:00:00)', 1, 'America/New_York')).toEqual([undefined]);
  });

  test.each([
    '',
    'rate(0 minutes)',
    'rate(5)',
    'rate(1 week)',
    'cron(* * * *)',
    'cron(61 * * * ? *)',
    'at(tomorrow)',
    'every day',
  ])('what is no expression is refused: %s', (expression) => {
    expect(() => parseScheduleExpression(expression, { timezone: 'UTC', startedAtMs })).toThrow(/is not understood/);
  });
});
