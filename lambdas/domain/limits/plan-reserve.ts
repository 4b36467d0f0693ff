import { periodStart } from './budget-period.ts';
import { countsWindows, elapsedIn, limitedWindows, mostOpen } from './judge-demand.ts';
import { leaseBucketOf } from './lease-bucket.ts';
import type { Demand } from './ledger.ts';
import { packEntry } from './open-entry.ts';
import type { ScopePolicy } from './scope.ts';
import { accountIdOf, keyIdOf, keyScopeName } from './scope-names.ts';
import { newScopeState, type ScopeState } from './scope-state.ts';
import type { Assignment, Guard, LeaseChange, ScopeUpdate } from './scope-update.ts';
import { staleMarks } from './settled-mark.ts';
import { highestCurrent, highestLast, MINUTE_MS, minuteOf } from './windows.ts';

/** A part of the change. */
interface Step {
  readonly guards: readonly Guard[];
  readonly assignments: readonly Assignment[];
}

/** In the scope's own minute, which is that of the demand or, by another's clock, the next. */
function countInSameMinute(guess: ScopeState, policy: ScopePolicy, tokens: number, nowMs: number): Step {
  const { windowMinute } = guess;
  const windows = limitedWindows(policy, tokens, elapsedIn(windowMinute, nowMs));
  return {
    guards: [
      { counter: 'windowMinute', atLeast: windowMinute, atMost: windowMinute },
      ...windows.flatMap((window): Guard[] => [
        { counter: window.current, atMost: highestCurrent(window, guess[window.last]) },
        { counter: window.last, atMost: guess[window.last] },
      ]),
    ],
    assignments: [
      { counter: 'requests', from: 'requests', plus: 1 },
      { counter: 'tokens', from: 'tokens', plus: tokens },
    ],
  };
}

/** First of its minute, after one in which there were others. */
function countInNextMinute(policy: ScopePolicy, tokens: number, nowMs: number): Step {
  const minute = minuteOf(nowMs);
  const windows = limitedWindows(policy, tokens, nowMs - minute * MINUTE_MS);
  return {
    guards: [
      { counter: 'windowMinute', atLeast: minute - 1, atMost: minute - 1 },
      ...windows.map((window): Guard => ({ counter: window.current, atMost: highestLast(window) })),
    ],
    assignments: [
      { counter: 'windowMinute', plus: minute },
      { counter: 'lastRequests', from: 'requests', plus: 0 },
      { counter: 'lastTokens', from: 'tokens', plus: 0 },
      { counter: 'requests', plus: 1 },
      { counter: 'tokens', plus: tokens },
    ],
  };
}

/** First of its minute, after one in which there was nobody. */
function countAfterPause(policy: ScopePolicy, tokens: number, nowMs: number): Step {
  const minute = minuteOf(nowMs);
  const windows = limitedWindows(policy, tokens, 0);
  const fits = windows.every(({ units, limit }) => units <= limit);
  return {
    guards: [{ counter: 'windowMinute', atMost: fits ? minute - 2 : -1 }],
    assignments: [
      { counter: 'windowMinute', plus: minute },
      { counter: 'lastRequests', plus: 0 },
      { counter: 'lastTokens', plus: 0 },
      { counter: 'requests', plus: 1 },
      { counter: 'tokens', plus: tokens },
    ],
  };
}

function countInWindows(guess: ScopeState, policy: ScopePolicy, tokens: number, nowMs: number): Step {
  if (!countsWindows(policy)) return { guards: [], assignments: [] };
  const aged = minuteOf(nowMs) - guess.windowMinute;
  if (aged <= 0) return countInSameMinute(guess, policy, tokens, nowMs);
  return aged === 1 ? countInNextMinute(policy, tokens, nowMs) : countAfterPause(policy, tokens, nowMs);
}

/** A new period begins with what is still reserved: a charge belongs to the period in which it settles. */
function commitAmount(guess: ScopeState, { limits }: ScopePolicy, amountNano: number, nowMs: number): Step {
  const period = periodStart(limits.budgetDuration, nowMs);
  const entersPeriod = period > guess.budgetPeriod;
  const base = entersPeriod ? 'reserved' : 'committed';
  const { maxBudgetNano } = limits;
  return {
    guards: [
      entersPeriod ? { counter: 'budgetPeriod', atMost: period - 1 } : { counter: 'budgetPeriod', atLeast: period },
      ...(maxBudgetNano === undefined ? [] : [{ counter: base, atMost: maxBudgetNano - amountNano } as const]),
    ],
    assignments: [
      { counter: 'committed', from: base, plus: amountNano },
      { counter: 'reserved', from: 'reserved', plus: amountNano },
      ...(entersPeriod ? [{ counter: 'budgetPeriod', plus: period } as const] : []),
    ],
  };
}

function coverLease({ leaseBucket }: ScopeState, leaseEndsAtMs: number): LeaseChange {
  const bucket = leaseBucketOf(leaseEndsAtMs);
  return { kind: leaseBucket !== undefined && leaseBucket > bucket ? 'advance' : 'cover', bucket };
}

/** What an instance that has not seen the scope supposes: idle for a while, in this budget period. */
export function guessScopeState({ policyVersion, limits }: ScopePolicy, nowMs: number): ScopeState {
  return { ...newScopeState({ policyVersion }), budgetPeriod: periodStart(limits.budgetDuration, nowMs) };
}

/**
 * The change that reserves for the demand in one of its scopes, made up from a guess at what the scope holds. Whatever the
 * scope really holds: where the guards let it through, `judgeDemand` admits. Where the guess was right, the converse holds.
 */
export function planReserve(guess: ScopeState, policy: ScopePolicy, demand: Demand, nowMs: number): ScopeUpdate {
  const counted = countsWindows(policy);
  const tokens = counted ? demand.tokens : 0;
  const names = demand.scopes.map(({ scope }) => scope);
  const keyId = keyIdOf(names);
  const isAccount = policy.scope === `account:${accountIdOf(names)}`;
  const window = countInWindows(guess, policy, tokens, nowMs);
  const budget = commitAmount(guess, policy, demand.amountNano, nowMs);
  const packed = packEntry({
    amountNano: demand.amountNano,
    tokens,
    startedMinute: minuteOf(demand.startedAtMs),
    windowMinute: counted ? Math.max(guess.windowMinute, minuteOf(nowMs)) : undefined,
    leaseEndsAtMs: demand.leaseEndsAtMs,
    scopeCount: names.length,
    keyId: policy.scope === keyScopeName(keyId) ? undefined : keyId,
  });
  const { policyVersion } = policy;
  const forget = staleMarks(guess, nowMs);
  const below = mostOpen(policy.limits) + forget.length;
  return {
    guards: [
      { counter: 'policyVersion', atLeast: policyVersion, atMost: policyVersion },
      ...window.guards,
      ...budget.guards,
    ],
    assignments: [...window.assignments, ...budget.assignments],
    open: { kind: 'add', requestId: demand.requestId, packed, below, forget },
    lease: coverLease(guess, demand.leaseEndsAtMs),
    // The account would come to know all of its keys.
    ...(!isAccount && { kin: names.filter((name) => name !== policy.scope) }),
  };
}
