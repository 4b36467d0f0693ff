import { periodEnd } from './budget-period.ts';
import { bringForward, elapsedIn } from './judge-demand.ts';
import type { ScopeView } from './ledger.ts';
import type { ScopePolicy } from './scope.ts';
import type { ScopeState } from './scope-state.ts';
import { requestsRemaining, resetsInMs, tokensRemaining } from './windows.ts';

/** The scope's figures as they stand now, whether or not anybody has written since a minute or a period ended. */
export function viewScope(stored: ScopeState, policy: ScopePolicy, nowMs: number): ScopeView {
  const state = bringForward(stored, policy, nowMs);
  const { maxBudgetNano, budgetDuration, requestsPerMinute, tokensPerMinute } = policy.limits;
  const elapsedMs = elapsedIn(state.windowMinute, nowMs);
  const requests = { current: state.requests, last: state.lastRequests };
  const tokens = { current: state.tokens, last: state.lastTokens };
  return {
    scope: policy.scope,
    spentNano: state.committed - state.reserved,
    reservedNano: state.reserved,
    budgetRemainingNano: maxBudgetNano === undefined ? undefined : Math.max(0, maxBudgetNano - state.committed),
    budgetResetsAt: periodEnd(budgetDuration, nowMs),
    requestsRemaining:
      requestsPerMinute === undefined ? undefined : requestsRemaining(requests, requestsPerMinute, elapsedMs),
    tokensRemaining: tokensPerMinute === undefined ? undefined : tokensRemaining(tokens, tokensPerMinute, elapsedMs),
    requestsResetMs: requestsPerMinute === undefined ? 0 : resetsInMs(requests, 1, elapsedMs),
    tokensResetMs: tokensPerMinute === undefined ? 0 : resetsInMs(tokens, tokensPerMinute, elapsedMs),
  };
}
