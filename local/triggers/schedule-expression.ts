import { Cron, type CronOptions } from 'croner';

/** When a schedule runs. */
export interface Recurrence {
  /** The first run after `after`; undefined where there is none any more. Epoch milliseconds. */
  next(afterMs: number): number | undefined;
}

const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Understands EventBridge's `rate(5 minutes)`, `cron(0 3 ? * MON-FRI *)` and `at(2026-11-22T01:02:03)`.
 * @param startedAtMs from when a rate counts.
 * @throws Error that shows an expression that is none of these.
 */
export function parseScheduleExpression(
  expression: string,
  { timezone, startedAtMs }: { readonly timezone: string; readonly startedAtMs: number },
): Recurrence {
  const [, kind, argument = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? [];
  const recurrence =
    kind === 'rate'
      ? parseRate(argument, startedAtMs)
      : kind === 'cron'
        ? parseCron(argument, timezone)
        : kind === 'at'
          ? parseAt(argument, timezone)
          : undefined;
  if (recurrence === undefined) throw new Error(`The schedule expression ${expression} is not understood.`);
  return recurrence;
}

function parseRate(argument: string, startedAtMs: number): Recurrence | undefined {
  const [, count, unit = ''] = /^(\d+) (minute|hour|day)s?$/.exec(argument) ?? [];
  const periodMs = Number(count) * (unitMs[unit] ?? 0);
  if (!(periodMs > 0)) return undefined;
  return { next: (afterMs) => startedAtMs + (Math.floor((afterMs - startedAtMs) / periodMs) + 1) * periodMs };
}

/** Minutes, hours, day of month, month, day of week (1 is Sunday), year; `?` leaves the choice to the other day field. */
function parseCron(argument: string, timezone: string): Recurrence | undefined {
  if (argument.trim().split(/\s+/).length !== 6) return undefined;
  const pattern = `0 ${argument.replaceAll('?', '*')}`;
  return recurrenceOf(pattern, timezone, { mode: '7-part', alternativeWeekdays: true, sloppyRanges: true });
}

function parseAt(argument: string, timezone: string): Recurrence | undefined {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(argument) ? recurrenceOf(argument, timezone, {}) : undefined;
}

function recurrenceOf(
  pattern: string,
  timezone: string,
  options: Pick<CronOptions, 'mode' | 'alternativeWeekdays' | 'sloppyRanges'>,
): Recurrence | undefined {
  try {
    const cron = new Cron(pattern, { timezone, paused: true, ...options });
    return { next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime() };
  } catch {
    return undefined;
  }
}
