// When an hour's records are complete. A record lies in the hour in which its request began, and may be put long after: a
// request runs for up to 15 minutes, and the sweeper ends what nobody else did.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Until so long after its hour a record may be put under a mark that was made in time. */
const LATE_MS = 30 * MINUTE_MS;
/** So long a mark holds that was made later. */
const LATE_MARK_MS = 5 * MINUTE_MS;
/** Well behind either, whatever the clocks: no process puts a record later, as Lambda ends it after 15 minutes. */
const FOLD_MS = 60 * MINUTE_MS;
const LATE_FOLD_MS = 30 * MINUTE_MS;

/** When the hour of that moment began. */
export function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

export function nextHour(hourMs: number): number {
  return hourMs + HOUR_MS;
}

/** A mark of the hour that was made in time holds no longer. */
export function isLate(hourMs: number, nowMs: number): boolean {
  return nowMs >= nextHour(hourMs) + LATE_MS;
}

/** Until when records may be put under a mark of the hour that is made now. */
export function markHoldsUntil(hourMs: number, nowMs: number): number {
  return Math.max(nextHour(hourMs) + LATE_MS, nowMs + LATE_MARK_MS);
}

/** From when an hour that is marked now may be folded, Unix seconds. */
export function foldAfter(hourMs: number, nowMs: number): number {
  return Math.ceil(Math.max(nextHour(hourMs) + FOLD_MS, nowMs + LATE_FOLD_MS) / 1000);
}

/** When what is kept of the hour for so many days is gone: Unix seconds, and the same for all of the hour. */
export function expiryOf(hourMs: number, days: number): number {
  return (hourMs + days * DAY_MS) / 1000;
}
