/** Counts a request of `key`; true where it comes to more than the limit within the window. */
export type RateCounter = (key: string) => boolean;

export interface RateCounterOptions {
  readonly limit: number;
  readonly windowSeconds: number;
  /** Milliseconds, never going back. */
  readonly clock: () => number;
}

/** AWS WAF follows so many keys of a rule; it lets the others pass. */
const maxKeys = 10_000;

interface Count {
  /** Requests of each second of the window, the oldest first. */
  readonly seconds: { readonly second: number; requests: number }[];
  total: number;
}

/**
 * Counts what was let through and what was not, as AWS WAF does; over a window that slides by the second, where AWS looks
 * every few seconds and is a little late.
 */
export function createRateCounter({ limit, windowSeconds, clock }: RateCounterOptions): RateCounter {
  const counts = new Map<string, Count>();

  function forget(count: Count, nowSecond: number): void {
    for (
      let oldest = count.seconds[0];
      oldest && oldest.second <= nowSecond - windowSeconds;
      oldest = count.seconds[0]
    ) {
      count.total -= oldest.requests;
      count.seconds.shift();
    }
  }

  function makeRoom(nowSecond: number): void {
    for (const [key, count] of counts) {
      forget(count, nowSecond);
      if (count.total === 0) counts.delete(key);
    }
  }

  function countOf(key: string, nowSecond: number): Count | undefined {
    const known = counts.get(key);
    if (known !== undefined) return known;
    if (counts.size >= maxKeys) makeRoom(nowSecond);
    if (counts.size >= maxKeys) return undefined;
    const made: Count = { seconds: [], total: 0 };
    counts.set(key, made);
    return made;
  }

  return (key) => {
    const nowSecond = Math.floor(clock() / 1000);
    const count = countOf(key, nowSecond);
    if (count === undefined) return false;
    forget(count, nowSecond);
    const newest = count.seconds.at(-1);
    if (newest?.second === nowSecond) newest.requests += 1;
    else count.seconds.push({ second: nowSecond, requests: 1 });
    count.total += 1;
    return count.total > limit;
  };
}
