// Whether a scope admits a request, by what it really holds. plan-reserve.ts writes the same rule as guards around a guess.
import { periodStart } from './budget-period.ts';
import type { Demand, ReserveRefusal } from './ledger.ts';
import type { ScopePolicy } from './scope.ts';
import type { ScopeState } from './scope-state.ts';
import { staleMarks } from './settled-mark.ts';
import { admits, MINUTE_MS, minuteOf, type WindowCounts, type WindowDemand, waitForRoomMs } from './windows.ts';

/** Every write of a scope's item pays for all that lies open on it. */
export const MAX_OPEN = 256;

/** When running requests will end is not known: a client that must wait for them may as well try soon. */
const TRY_AGAIN_MS = 1000;

/** The scope with its minute and its period brought forward to now; a clock that lags behind the scope moves nothing. */
export function bringForward(state: ScopeState, policy: ScopePolicy, nowMs: number): ScopeState {
  const minute = minuteOf(nowMs);
  const period = periodStart(policy.limits.budgetDuration, nowMs);
  const aged = minute - state.windowMinute;
  return {
    ...state,
    ...(aged > 0 && {
      windowMinute: minute,
      requests: 0,
      tokens: 0,
      lastRequests: aged === 1 ? state.requests : 0,
      lastTokens: aged === 1 ? state.tokens : 0,
    }),
    ...(period > state.budgetPeriod && { budgetPeriod: period, committed: state.reserved }),
  };
}

/** How far into the scope's minute it is: a lagging clock stands at its start. */
export function elapsedIn(windowMinute: number, nowMs: number): number {
  return Math.max(0, nowMs - windowMinute * MINUTE_MS);
}

export function mostOpen({ parallelRequests = MAX_OPEN }: ScopePolicy['limits']): number {
  return Math.min(parallelRequests, MAX_OPEN);
}

export interface Judgement {
  readonly reason: ReserveRefusal;
  readonly retryAfterMs: number | undefined;
  /** Of `rate_limit_exceeded`: which window has no room, and of both the one that is waited for longest. */
  readonly window?: 'requests' | 'tokens' | undefined;
}

/** Where a window has no room: how long until both have. */
function overWindows(
  state: ScopeState,
  policy: ScopePolicy,
  tokens: number,
  nowMs: number,
): Pick<Judgement, 'window' | 'retryAfterMs'> | undefined {
  // The scope's minute may not have begun by a clock that lags behind.
  const notYetMs = Math.max(0, state.windowMinute * MINUTE_MS - nowMs);
  const [longest] = limitedWindows(policy, tokens, elapsedIn(state.windowMinute, nowMs))
    .filter((window) => !admits(countsOf(state, window), window))
    .map((window) => ({ window: window.current, waitMs: waitForRoomMs(countsOf(state, window), window) ?? 0 }))
    .sort((one, other) => other.waitMs - one.waitMs);
  return longest && { window: longest.window, retryAfterMs: notYetMs + longest.waitMs };
}

/** Why the scope refuses; undefined where it admits. The reason that lasts longest comes first. */
export function judgeDemand(
  stored: ScopeState,
  policy: ScopePolicy,
  demand: Pick<Demand, 'amountNano' | 'tokens'>,
  nowMs: number,
): Judgement | undefined {
  const state = bringForward(stored, policy, nowMs);
  const { maxBudgetNano: cap = Number.POSITIVE_INFINITY, tokensPerMinute = Number.POSITIVE_INFINITY } = policy.limits;
  if (demand.tokens > tokensPerMinute) return { reason: 'request_exceeds_token_limit', retryAfterMs: undefined };
  const spent = state.committed - state.reserved;
  if (spent + demand.amountNano > cap) return { reason: 'insufficient_quota', retryAfterMs: undefined };
  const wait = overWindows(state, policy, demand.tokens, nowMs);
  if (wait !== undefined) return { reason: 'rate_limit_exceeded', ...wait };
  if (state.committed + demand.amountNano > cap) return { reason: 'budget_reserved', retryAfterMs: TRY_AGAIN_MS };
  if (Object.keys(state.open).length - staleMarks(state, nowMs).length >= mostOpen(policy.limits)) {
    return { reason: 'too_many_parallel_requests', retryAfterMs: TRY_AGAIN_MS };
  }
  return undefined;
}

/** What is asked of one of the two windows, and the counters that it is kept in. */
interface LimitedWindow extends WindowDemand {
  readonly current: 'requests' | 'tokens';
  readonly last: 'lastRequests' | 'lastTokens';
}

/** The windows that the policy limits, as the demand meets them so far into a minute. */
export function limitedWindows({ limits }: ScopePolicy, tokens: number, elapsedMs: number): readonly LimitedWindow[] {
  const { requestsPerMinute, tokensPerMinute } = limits;
  const windows: LimitedWindow[] = [];
  if (requestsPerMinute !== undefined) {
    windows.push({ current: 'requests', last: 'lastRequests', limit: requestsPerMinute, units: 1, elapsedMs });
  }
  if (tokensPerMinute !== undefined) {
    windows.push({ current: 'tokens', last: 'lastTokens', limit: tokensPerMinute, units: tokens, elapsedMs });
  }
  return windows;
}

function countsOf(state: ScopeState, { current, last }: LimitedWindow): WindowCounts {
  return { current: state[current], last: state[last] };
}

/** Both windows are counted where either is limited; where none is, the scope's minute stands still. */
export function countsWindows({ limits }: ScopePolicy): boolean {
  return limits.requestsPerMinute !== undefined || limits.tokensPerMinute !== undefined;
}
