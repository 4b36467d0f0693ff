import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { bringForward, judgeDemand, MAX_OPEN } from '../../../lambdas/domain/limits/judge-demand.ts';
import { unpackEntry } from '../../../lambdas/domain/limits/open-entry.ts';
import { planReserve } from '../../../lambdas/domain/limits/plan-reserve.ts';
import { type Ending, planSettle } from '../../../lambdas/domain/limits/plan-settle.ts';
import type { ScopeState } from '../../../lambdas/domain/limits/scope-state.ts';
import { applyUpdate, holds } from '../../../lambdas/domain/limits/scope-update.ts';
import { findReservation } from '../../../lambdas/domain/limits/settle-scope.ts';
import { isMark, planForget, staleMarks } from '../../../lambdas/domain/limits/settled-mark.ts';
import { someDemand, someNowMs, somePolicy, someState } from '../../support/limits-arbitraries.ts';

vi.setConfig({ testTimeout: 60_000 });

const runs = { numRuns: 2_000 };

const someEnding: fc.Arbitrary<Ending> = fc.record({
  amountNano: fc.integer({ min: 0, max: 15 }),
  tokens: fc.option(fc.integer({ min: 0, max: 15 }), { nil: undefined }),
  forwarded: fc.boolean(),
});

function runningIn({ open }: ScopeState): readonly string[] {
  return Object.keys(open).filter((requestId) => !isMark(open[requestId] ?? ''));
}

function addsUp(state: ScopeState): void {
  const open = Object.values(state.open).map(unpackEntry);
  expect(state.reserved).toBe(open.reduce((sum, { amountNano }) => sum + amountNano, 0));
  expect(state.committed).toBeGreaterThanOrEqual(state.reserved);
}

describe('reserving in a scope', () => {
  test('a change made up from any guess is only let through where the scope admits the demand', () => {
    let admitted = 0;
    fc.assert(
      fc.property(fc.tuple(someState, someState), somePolicy, someDemand, someNowMs, (...drawn) => {
        const [[guess, actual], policy, demand, nowMs] = drawn;
        const update = planReserve(guess, policy, demand, nowMs);
        if (!holds(update, actual)) return;
        admitted += 1;
        expect(actual.policyVersion).toBe(policy.policyVersion);
        expect(judgeDemand(actual, policy, demand, nowMs)).toBeUndefined();
      }),
      // Few guesses are near enough to the truth to be let through.
      { numRuns: 10_000 },
    );
    expect(admitted).toBeGreaterThan(10);
  });

  test('a change made up from the truth is let through exactly where the scope admits the demand', () => {
    const outcomes = { admitted: 0, refused: 0 };
    fc.assert(
      fc.property(someState, somePolicy, someDemand, someNowMs, (actual, policy, demand, nowMs) => {
        const current = { ...policy, policyVersion: actual.policyVersion };
        const admits = judgeDemand(actual, current, demand, nowMs) === undefined;
        outcomes[admits ? 'admitted' : 'refused'] += 1;
        expect(holds(planReserve(actual, current, demand, nowMs), actual)).toBe(admits);
      }),
      runs,
    );
    expect(outcomes.admitted).toBeGreaterThan(150);
    expect(outcomes.refused).toBeGreaterThan(150);
  });

  test('what was admitted is within every limit, adds up, and never moves a minute or a period back', () => {
    fc.assert(
      fc.property(someState, somePolicy, someDemand, someNowMs, (before, policy, demand, nowMs) => {
        const current = { ...policy, policyVersion: before.policyVersion };
        const update = planReserve(before, current, demand, nowMs);
        if (!holds(update, before)) return;
        const after = applyUpdate(update, before);
        const { maxBudgetNano, requestsPerMinute, tokensPerMinute, parallelRequests } = policy.limits;
        addsUp(after);
        expect(after.committed).toBeLessThanOrEqual(maxBudgetNano ?? Number.POSITIVE_INFINITY);
        expect(after.requests).toBeLessThanOrEqual(requestsPerMinute ?? Number.POSITIVE_INFINITY);
        expect(after.tokens).toBeLessThanOrEqual(tokensPerMinute ?? Number.POSITIVE_INFINITY);
        expect(Object.keys(after.open).length).toBeLessThanOrEqual(parallelRequests ?? MAX_OPEN);
        expect(Object.keys(after.open)).toEqual(expect.arrayContaining([...runningIn(before)]));
        expect(after.windowMinute).toBeGreaterThanOrEqual(before.windowMinute);
        expect(after.budgetPeriod).toBeGreaterThanOrEqual(before.budgetPeriod);
        expect(after.committed - after.reserved).toBe(bringForward(before, policy, nowMs).committed - before.reserved);
        expect(holds(update, after)).toBe(false);
      }),
      runs,
    );
  });

  test('whoever waits as long as he was told finds room, and not a millisecond sooner', () => {
    let told = 0;
    fc.assert(
      fc.property(someState, somePolicy, someDemand, someNowMs, (state, policy, demand, nowMs) => {
        const refusal = judgeDemand(state, policy, demand, nowMs);
        if (refusal?.reason !== 'rate_limit_exceeded' || refusal.retryAfterMs === undefined) return;
        told += 1;
        const reasonAt = (ms: number) => judgeDemand(state, policy, demand, ms)?.reason;
        expect(refusal.retryAfterMs).toBeGreaterThan(0);
        expect(reasonAt(nowMs + refusal.retryAfterMs - 1)).toBe('rate_limit_exceeded');
        for (const laterMs of [0, 1, 700, 31_000, 59_999, 60_000, 300_000]) {
          expect(reasonAt(nowMs + refusal.retryAfterMs + laterMs)).not.toBe('rate_limit_exceeded');
        }
      }),
      runs,
    );
    expect(told).toBeGreaterThan(50);
  });

  test('a budget that running requests hold is told apart from one that is spent', () => {
    fc.assert(
      fc.property(someState, somePolicy, someDemand, someNowMs, (state, policy, demand, nowMs) => {
        const reason = judgeDemand(state, policy, demand, nowMs)?.reason;
        const current = bringForward(state, policy, nowMs);
        const cap = policy.limits.maxBudgetNano ?? Number.POSITIVE_INFINITY;
        const fitsOnceFree = current.committed - current.reserved + demand.amountNano <= cap;
        if (reason === 'insufficient_quota') expect(fitsOnceFree).toBe(false);
        if (reason === 'budget_reserved') expect(fitsOnceFree).toBe(true);
      }),
      runs,
    );
  });
});

describe('settling in a scope', () => {
  /** A state in which the demand was admitted, and what it came from. */
  const reserved = fc
    .tuple(someState, somePolicy, someDemand, someNowMs)
    .map(([before, policy, demand, nowMs]) => {
      const update = planReserve(before, { ...policy, policyVersion: before.policyVersion }, demand, nowMs);
      return { before, demand, nowMs, policy, after: holds(update, before) ? applyUpdate(update, before) : undefined };
    })
    .filter(({ after }) => after !== undefined);

  function settle(state: ScopeState, ending: Ending, markUntilMs?: number): ScopeState {
    const reservation = findReservation(state, 'request-new');
    if (reservation === undefined) return state;
    const update = planSettle(reservation, ending, state, markUntilMs);
    expect(holds(update, state)).toBe(true);
    const after = applyUpdate(update, state);
    expect(holds(update, after)).toBe(false);
    return after;
  }

  test('exactly the amount is spent, up to what was reserved; all of the rest comes back; a second time changes nothing', () => {
    fc.assert(
      fc.property(
        reserved,
        someEnding,
        fc.option(someNowMs, { nil: undefined }),
        ({ after, demand }, ending, until) => {
          if (after === undefined) return;
          const settled = settle(after, ending, until);
          addsUp(settled);
          expect(settled.reserved).toBe(after.reserved - demand.amountNano);
          expect(settled.committed - settled.reserved).toBe(
            after.committed - after.reserved + Math.min(ending.amountNano, demand.amountNano),
          );
          expect(settle(settled, ending, until)).toEqual(settled);
        },
      ),
      runs,
    );
  });

  test('a request that was never forwarded leaves its minute as it would have been without it', () => {
    fc.assert(
      fc.property(reserved, ({ before, after, policy, nowMs }) => {
        if (after === undefined) return;
        const { open, leaseBucket, kin, ...settled } = settle(after, { amountNano: 0, tokens: 0, forwarded: false });
        const limited = policy.limits.requestsPerMinute !== undefined || policy.limits.tokensPerMinute !== undefined;
        const { open: _open, leaseBucket: _bucket, kin: _kin, ...forward } = bringForward(before, policy, nowMs);
        const { windowMinute, requests, tokens, lastRequests, lastTokens } = before;
        const unlimited = { ...forward, windowMinute, requests, tokens, lastRequests, lastTokens };
        expect(settled).toEqual(limited ? forward : unlimited);
        const forgotten = new Set(staleMarks(before, nowMs).map(({ requestId }) => requestId));
        expect(open).toEqual(Object.fromEntries(Object.entries(before.open).filter(([id]) => !forgotten.has(id))));
      }),
      runs,
    );
  });

  test('two requests settle to the same counters in either order, minutes apart or not', () => {
    fc.assert(
      fc.property(reserved, someDemand, someNowMs, fc.tuple(someEnding, someEnding), (...drawn) => {
        const [first, demand, nowMs, [one, other]] = drawn;
        if (first.after === undefined) return;
        const policy = { ...first.policy, policyVersion: first.after.policyVersion };
        const second = planReserve(first.after, policy, { ...demand, requestId: 'request-other' }, nowMs);
        if (!holds(second, first.after)) return;
        const both = applyUpdate(second, first.after);
        const end = (state: ScopeState, requestId: string, ending: Ending) => {
          const reservation = findReservation(state, requestId);
          if (reservation === undefined) throw new Error('no reservation');
          return applyUpdate(planSettle(reservation, ending, state), state);
        };
        const oneFirst = end(end(both, 'request-new', one), 'request-other', other);
        const otherFirst = end(end(both, 'request-other', other), 'request-new', one);
        expect(oneFirst).toEqual(otherFirst);
        expect(oneFirst.requests).toBeGreaterThanOrEqual(0);
        expect(oneFirst.tokens).toBeGreaterThanOrEqual(0);
        expect(oneFirst.lastTokens).toBeGreaterThanOrEqual(0);
      }),
      runs,
    );
  });

  test('a mark keeps a late copy of the reservation out, holds nothing, and is forgotten in time', () => {
    fc.assert(
      fc.property(reserved, someEnding, ({ before, after, policy, demand, nowMs }, ending) => {
        if (after === undefined) return;
        const settled = settle(after, ending, nowMs + 30_000);
        const copy = planReserve(before, { ...policy, policyVersion: before.policyVersion }, demand, nowMs);
        expect(holds(copy, settled)).toBe(false);
        const packed = settled.open['request-new'] ?? '';
        const mark = { requestId: 'request-new', packed };
        expect(isMark(packed)).toBe(true);
        // Whole seconds are kept, and nothing ends before the minute that it began in.
        const untilMs = unpackEntry(packed).leaseEndsAtMs;
        expect(untilMs).toBeGreaterThanOrEqual(nowMs + 29_000);
        expect(staleMarks(settled, untilMs)).not.toContainEqual(mark);
        expect(staleMarks(settled, untilMs + 1)).toContainEqual(mark);
        expect(applyUpdate(planForget(mark), settled)).toEqual(settle(after, ending));
      }),
      runs,
    );
  });
});
