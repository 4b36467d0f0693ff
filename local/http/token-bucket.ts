/** Takes one token; false where there is none, and the request is to be refused. */
export type TokenBucket = () => boolean;

/** @param clock milliseconds, never going back. */
export function createTokenBucket(
  { ratePerSecond, burst }: { readonly ratePerSecond: number; readonly burst: number },
  clock: () => number,
): TokenBucket {
  let tokens = burst;
  let filledAtMs = clock();
  return () => {
    const nowMs = clock();
    tokens = Math.min(burst, tokens + ((nowMs - filledAtMs) / 1000) * ratePerSecond);
    filledAtMs = nowMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
