import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { judgeDemand } from '../../../lambdas/domain/limits/judge-demand.ts';
import { planReserve } from '../../../lambdas/domain/limits/plan-reserve.ts';
import { newScopeState, type ScopeState } from '../../../lambdas/domain/limits/scope-state.ts';
import { applyUpdate } from '../../../lambdas/domain/limits/scope-update.ts';
import { viewScope } from '../../../lambdas/domain/limits/view-scope.ts';
import { baseMs } from '../../support/limits-arbitraries.ts';

vi.setConfig({ testTimeout: 60_000 });

interface Limits {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
}

/** One scope and a clock: requests come, are admitted or refused, and end at once with all that they reserved. */
function createScope({ requestsPerMinute, tokensPerMinute }: Limits) {
  const policy = {
    scope: 'key:PublicId0001',
    policyVersion: 1,
    limits: {
      maxBudgetNano: undefined,
      budgetDuration: 'none' as const,
      requestsPerMinute,
      tokensPerMinute,
      parallelRequests: undefined,
    },
  };
  let state: ScopeState = newScopeState(policy);
  return {
    /** Undefined where it was admitted, or else how long to wait. */
    request(nowMs: number, tokens = 1): { readonly retryAfterMs: number | undefined } | undefined {
      const demand = {
        requestId: 'request-1',
        startedAtMs: nowMs,
        scopes: [policy, { ...policy, scope: 'account:acct_test' }],
        amountNano: 0,
        tokens,
        leaseEndsAtMs: nowMs + 60_000,
      };
      const refusal = judgeDemand(state, policy, demand, nowMs);
      if (refusal !== undefined) return refusal;
      state = { ...applyUpdate(planReserve(state, policy, demand, nowMs), state), open: {} };
      return undefined;
    },
    view: (nowMs: number) => viewScope(state, policy, nowMs),
  };
}

const limits = fc.integer({ min: 1, max: 700 });

describe('the sliding minute', () => {
  test('no aligned minute ever holds more requests or tokens than the limit', () => {
    const gaps = fc.array(fc.tuple(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 0, max: 9 })), {
      minLength: 50,
      maxLength: 150,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 9, max: 40 }), gaps, (rpm, tpm, arrivals) => {
        const scope = createScope({ requestsPerMinute: rpm, tokensPerMinute: tpm });
        const admitted = new Map<number, { requests: number; tokens: number }>();
        let nowMs = baseMs;
        for (const [gapMs, tokens] of arrivals) {
          nowMs += gapMs;
          if (scope.request(nowMs, tokens) !== undefined) continue;
          const minute = Math.floor(nowMs / 60_000);
          const sum = admitted.get(minute) ?? { requests: 0, tokens: 0 };
          admitted.set(minute, { requests: sum.requests + 1, tokens: sum.tokens + tokens });
        }
        for (const { requests, tokens } of admitted.values()) {
          expect(requests).toBeLessThanOrEqual(rpm);
          expect(tokens).toBeLessThanOrEqual(tpm);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a client that paces itself at the limit is never refused in five minutes, wherever in a minute it starts', () => {
    fc.assert(
      fc.property(limits, fc.nat(59_999), (rpm, offsetMs) => {
        const scope = createScope({ requestsPerMinute: rpm });
        const paceMs = Math.ceil(60_000 / rpm);
        for (let nowMs = baseMs + offsetMs; nowMs < baseMs + offsetMs + 300_000; nowMs += paceMs) {
          expect(scope.request(nowMs)).toBeUndefined();
        }
      }),
      { numRuns: 40 },
    );
  });

  test('so it is for tokens, whatever the size of its requests', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 5_000 }), fc.nat(59_999), (perMinute, tokens, offsetMs) => {
        const scope = createScope({ tokensPerMinute: perMinute * tokens });
        const paceMs = Math.ceil(60_000 / perMinute);
        for (let nowMs = baseMs + offsetMs; nowMs < baseMs + offsetMs + 300_000; nowMs += paceMs) {
          expect(scope.request(nowMs, tokens)).toBeUndefined();
        }
      }),
      { numRuns: 40 },
    );
  });

  const arrivals = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 40 });

  test('the requests that are said to remain can be had, and not one more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), arrivals, (rpm, gaps) => {
        const scope = createScope({ requestsPerMinute: rpm });
        const nowMs = gaps.reduce((atMs, gapMs) => {
          scope.request(atMs + gapMs);
          return atMs + gapMs;
        }, baseMs);
        for (let left = scope.view(nowMs).requestsRemaining ?? 0; left > 0; left -= 1) {
          expect(scope.request(nowMs)).toBeUndefined();
        }
        expect(scope.view(nowMs).requestsRemaining).toBe(0);
        expect(scope.request(nowMs)).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });

  test('the tokens that are said to remain can be had at once, and not one more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), arrivals, (tpm, gaps) => {
        const scope = createScope({ tokensPerMinute: tpm });
        const nowMs = gaps.reduce((atMs, gapMs, index) => {
          scope.request(atMs + gapMs, index % 5);
          return atMs + gapMs;
        }, baseMs);
        const { tokensRemaining = 0 } = scope.view(nowMs);
        expect(scope.request(nowMs, tokensRemaining + 1)).toBeDefined();
        if (tokensRemaining > 0) expect(scope.request(nowMs, tokensRemaining)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test('the whole limit is there again when it is said to be, and not sooner', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), arrivals, (rpm, gaps) => {
        const scope = createScope({ requestsPerMinute: rpm, tokensPerMinute: rpm * 3 });
        let nowMs = baseMs;
        for (const gapMs of gaps) {
          nowMs += gapMs;
          scope.request(nowMs, 2);
        }
        const { requestsResetMs, tokensResetMs } = scope.view(nowMs);
        expect(scope.view(nowMs + requestsResetMs).requestsRemaining).toBe(rpm);
        expect(scope.view(nowMs + tokensResetMs).tokensRemaining).toBe(rpm * 3);
        if (requestsResetMs > 0) {
          expect(scope.view(nowMs + requestsResetMs - 1).requestsRemaining).toBeLessThan(rpm);
        }
        if (tokensResetMs > 0) {
          expect(scope.view(nowMs + tokensResetMs - 1).tokensRemaining).toBeLessThan(rpm * 3);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a burst at the limit waits for its place, as it is told', () => {
    const scope = createScope({ requestsPerMinute: 10 });
    for (let count = 0; count < 10; count += 1) expect(scope.request(baseMs)).toBeUndefined();
    const refusal = scope.request(baseMs);
    expect(refusal).toEqual({
      reason: 'rate_limit_exceeded',
      window: 'requests',
      retryAfterMs: 60_000 - (baseMs % 60_000),
    });
    expect(scope.request(baseMs + (refusal?.retryAfterMs ?? 0))).toBeUndefined();
  });
});
