// After Finagle: retries may add a share to the load and no more, so that a provider which is down is not buried by them.

export interface RetryBudgetOptions {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Retries for each request. @default 0.2 */
  readonly share?: number;
  /** Retries that a second allows whatever the load. @default 1 */
  readonly perSecond?: number;
}

export interface RetryBudget {
  /** A request has come. */
  readonly deposit: () => void;
  /** Takes a retry out, where one is left. */
  readonly withdraw: () => boolean;
}

/** What was saved up longer ago is forgotten. */
const WINDOW_MS = 10_000;

export function createRetryBudget({ now, share = 0.2, perSecond = 1 }: RetryBudgetOptions): RetryBudget {
  const most = (perSecond * WINDOW_MS) / 1_000;
  let saved = most;
  let atMs = now();

  /** The floor refills with time; what requests paid in leaks away with it. */
  function age(): void {
    const nowMs = now();
    const passedMs = Math.max(0, nowMs - atMs);
    atMs = nowMs;
    const above = Math.max(0, saved - most) * Math.max(0, 1 - passedMs / WINDOW_MS);
    saved = Math.min(most, saved + (passedMs / 1_000) * perSecond) + above;
  }

  return {
    deposit() {
      age();
      saved += share;
    },
    withdraw() {
      age();
      if (saved < 1) return false;
      saved -= 1;
      return true;
    },
  };
}
