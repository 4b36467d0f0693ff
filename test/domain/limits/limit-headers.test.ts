import { describe, expect, it } from 'vitest';
import type { ScopeView } from '../../../lambdas/domain/limits/ledger.ts';
import {
  formatDuration,
  leastBudgetRemaining,
  leastTokensRemaining,
  limitHeaders,
} from '../../../lambdas/domain/limits/limit-headers.ts';
import type { ScopePolicy } from '../../../lambdas/domain/limits/scope.ts';

function policy(scope: string, requestsPerMinute?: number, tokensPerMinute?: number): ScopePolicy {
  const limits = {
    maxBudgetNano: undefined,
    budgetDuration: 'none',
    requestsPerMinute,
    tokensPerMinute,
    parallelRequests: undefined,
  } as const;
  return { scope, policyVersion: 1, limits };
}

function view(scope: string, more: Partial<ScopeView>): ScopeView {
  return {
    scope,
    spentNano: 0,
    reservedNano: 0,
    budgetRemainingNano: undefined,
    budgetResetsAt: undefined,
    requestsRemaining: undefined,
    tokensRemaining: undefined,
    requestsResetMs: 1_500,
    tokensResetMs: 360_000,
    ...more,
  };
}

describe('the headers of a limit', () => {
  it.each([
    [0, '0ms'],
    [12, '12ms'],
    [999.2, '1000ms'],
    [1_000, '1s'],
    [1_510, '1.6s'],
    [59_900, '59.9s'],
    [60_000, '1m0s'],
    [360_000, '6m0s'],
    [61_500, '1m2s'],
  ])('write %d ms as %s, never less than it takes', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('are those of the scope with the least room', () => {
    const policies = [policy('key:a', 100, 1_000), policy('account:b', 50)];
    const views = [
      view('key:a', { requestsRemaining: 99, tokensRemaining: 7 }),
      view('account:b', { requestsRemaining: 3 }),
    ];
    expect(limitHeaders(policies, views)).toEqual({
      'x-ratelimit-limit-requests': '50',
      'x-ratelimit-remaining-requests': '3',
      'x-ratelimit-reset-requests': '1.5s',
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': '7',
      'x-ratelimit-reset-tokens': '6m0s',
    });
  });

  it('are none where nothing is limited', () => {
    expect(limitHeaders([policy('key:a')], [view('key:a', {})])).toEqual({});
    expect(leastBudgetRemaining([view('key:a', {})])).toBeUndefined();
    expect(leastTokensRemaining([view('key:a', {})])).toBeUndefined();
  });

  it('never show less than nothing', () => {
    expect(
      leastBudgetRemaining([view('key:a', { budgetRemainingNano: -5 }), view('account:b', { budgetRemainingNano: 7 })]),
    ).toBe(0);
    expect(leastTokensRemaining([view('key:a', { tokensRemaining: -5 })])).toBe(0);
  });
});
