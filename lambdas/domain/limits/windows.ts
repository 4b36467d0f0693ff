// Requests and tokens per minute: a sliding count of this and the last aligned minute. An aligned minute never holds more
// than the limit, and a client that paces itself at the limit is never refused. Units are requests or tokens.

export const MINUTE_MS = 60_000;

export function minuteOf(nowMs: number): number {
  return Math.floor(nowMs / MINUTE_MS);
}

/** What of the last minute's units still weighs, so far into this one. */
function carriedOver(last: number, elapsedMs: number): number {
  return Math.ceil((last * (MINUTE_MS - elapsedMs)) / MINUTE_MS);
}

export interface WindowDemand {
  readonly limit: number;
  readonly units: number;
  /** Of the minute, at the demand: 0 to 59,999. */
  readonly elapsedMs: number;
}

/**
 * The most that this minute may hold already for the demand to be admitted; negative where nothing would do. The demand
 * itself stands in for as many of the last minute's units: whoever comes back at the limit's pace takes his own place.
 */
export function highestCurrent({ limit, units, elapsedMs }: WindowDemand, last: number): number {
  return limit - Math.max(units, carriedOver(last, elapsedMs));
}

/** The most that the last minute may have held for a minute that is still empty to admit the demand. */
export function highestLast({ limit, units, elapsedMs }: WindowDemand): number {
  return units > limit ? -1 : Math.floor((limit * MINUTE_MS) / (MINUTE_MS - elapsedMs));
}

/** One window's counts, brought forward to the minute of the demand. */
export interface WindowCounts {
  readonly current: number;
  readonly last: number;
}

export function admits({ current, last }: WindowCounts, demand: WindowDemand): boolean {
  return current <= highestCurrent(demand, last);
}

/** How far into its minute `last` has faded to `room` or less: `MINUTE_MS` where only the minute's end will do. */
function fadesAt(last: number, room: number): number {
  return last <= room ? 0 : Math.ceil((MINUTE_MS * (last - room)) / last);
}

/**
 * Milliseconds after which the demand is admitted if nobody else came, and not one sooner; 0 where it is now. Undefined
 * where it is more than a whole minute's limit.
 */
export function waitForRoomMs({ current, last }: WindowCounts, demand: WindowDemand): number | undefined {
  const { limit, units, elapsedMs } = demand;
  if (units > limit) return undefined;
  if (current + units <= limit) return Math.max(0, fadesAt(last, limit - current) - elapsedMs);
  return MINUTE_MS - elapsedMs + fadesAt(current, limit);
}

/** How many demands of one unit would be admitted now, one after the other. */
export function requestsRemaining({ current, last }: WindowCounts, limit: number, elapsedMs: number): number {
  return Math.max(0, limit + 1 - current - Math.max(1, carriedOver(last, elapsedMs)));
}

/** The largest demand that would be admitted now. */
export function tokensRemaining({ current, last }: WindowCounts, limit: number, elapsedMs: number): number {
  return current + carriedOver(last, elapsedMs) <= limit ? limit - current : 0;
}

/** Milliseconds until the whole limit is there again, if nobody comes. */
export function resetsInMs({ current, last }: WindowCounts, weightless: number, elapsedMs: number): number {
  if (current > 0) return MINUTE_MS - elapsedMs + fadesAt(current, weightless);
  return Math.max(0, fadesAt(last, weightless) - elapsedMs);
}
