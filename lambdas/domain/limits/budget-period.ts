import type { BudgetDuration } from './scope.ts';

const DAY_SECONDS = 86_400;
/** 1970 began on a Thursday. */
const DAYS_FROM_MONDAY_TO_EPOCH = 3;

function startOfDay(nowMs: number): number {
  return Math.floor(nowMs / 1000 / DAY_SECONDS) * DAY_SECONDS;
}

function startOfWeek(nowMs: number): number {
  const day = Math.floor(nowMs / 1000 / DAY_SECONDS);
  return (day - ((day + DAYS_FROM_MONDAY_TO_EPOCH) % 7)) * DAY_SECONDS;
}

function startOfMonth(nowMs: number, monthsAhead = 0): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + monthsAhead) / 1000;
}

/** When the budget's period began: Unix seconds, UTC; 0 for a budget that never starts anew. */
export function periodStart(duration: BudgetDuration, nowMs: number): number {
  switch (duration) {
    case 'none':
      return 0;
    case 'daily':
      return startOfDay(nowMs);
    case 'weekly':
      return startOfWeek(nowMs);
    case 'monthly':
      return startOfMonth(nowMs);
  }
}

/** When the budget next starts anew: Unix seconds; undefined for never. */
export function periodEnd(duration: BudgetDuration, nowMs: number): number | undefined {
  switch (duration) {
    case 'none':
      return undefined;
    case 'daily':
      return startOfDay(nowMs) + DAY_SECONDS;
    case 'weekly':
      return startOfWeek(nowMs) + 7 * DAY_SECONDS;
    case 'monthly':
      return startOfMonth(nowMs, 1);
  }
}
