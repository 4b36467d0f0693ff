import fc from 'fast-check';
import type { Demand } from '../../lambdas/domain/limits/ledger.ts';
import { packEntry } from '../../lambdas/domain/limits/open-entry.ts';
import { budgetDurations, type ScopePolicy } from '../../lambdas/domain/limits/scope.ts';
import type { ScopeState } from '../../lambdas/domain/limits/scope-state.ts';
import { packMark } from '../../lambdas/domain/limits/settled-mark.ts';

/** A Sunday, so that a week, and in places a month, is about to begin. */
export const baseMs = Date.UTC(2026, 10, 29, 23, 58, 30);
const baseMinute = Math.floor(baseMs / 60_000);

const keyScope = 'key:PublicId0001';
const accountScope = 'account:acct_test';

const small = fc.integer({ min: 0, max: 12 });

/** Limits so small that each of them is often met. */
export const somePolicy: fc.Arbitrary<ScopePolicy> = fc.record({
  scope: fc.constantFrom(keyScope, accountScope),
  policyVersion: fc.integer({ min: 1, max: 2 }),
  limits: fc.record({
    maxBudgetNano: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
    budgetDuration: fc.constantFrom(...budgetDurations),
    requestsPerMinute: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
    tokensPerMinute: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
    parallelRequests: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  }),
});

export const someNowMs = fc.integer({ min: baseMs, max: baseMs + 180_000 });

export const someDemand: fc.Arbitrary<Demand> = fc.record({
  requestId: fc.constant('request-new'),
  startedAtMs: fc.constant(baseMs),
  scopes: fc.constant(
    [keyScope, accountScope].map((scope) => ({
      scope,
      policyVersion: 1,
      limits: {
        maxBudgetNano: undefined,
        budgetDuration: 'none' as const,
        requestsPerMinute: undefined,
        tokensPerMinute: undefined,
        parallelRequests: undefined,
      },
    })),
  ),
  amountNano: small,
  tokens: small,
  leaseEndsAtMs: fc.integer({ min: baseMs + 30_000, max: baseMs + 1_800_000 }),
});

/** Any state that counters can be in: amounts add up, the period is the start of one or of none. */
export const someState: fc.Arbitrary<ScopeState> = fc
  .record({
    policyVersion: fc.integer({ min: 1, max: 2 }),
    windowMinute: fc.integer({ min: baseMinute - 3, max: baseMinute + 3 }),
    requests: small,
    tokens: small,
    lastRequests: small,
    lastTokens: small,
    budgetPeriod: fc.constantFrom(
      0,
      Date.UTC(2026, 10, 1) / 1000,
      Date.UTC(2026, 10, 23) / 1000,
      Date.UTC(2026, 10, 29) / 1000,
      Date.UTC(2026, 10, 30) / 1000,
    ),
    spent: small,
    amounts: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 5 }),
    marks: fc.array(fc.integer({ min: 0, max: 180 }), { maxLength: 3 }),
    leaseBucket: fc.option(
      fc.integer({ min: Math.floor(baseMs / 900_000) - 1, max: Math.floor(baseMs / 900_000) + 2 }),
      { nil: undefined },
    ),
  })
  .map(({ spent, amounts, marks, leaseBucket, ...counters }) => {
    const reserved = amounts.reduce((sum, amount) => sum + amount, 0);
    const entryOf = (amountNano: number) => ({
      amountNano,
      tokens: 0,
      startedMinute: baseMinute,
      windowMinute: undefined,
      leaseEndsAtMs: baseMs + 60_000,
      scopeCount: 2,
      keyId: undefined,
    });
    const open = [
      ...amounts.map((amountNano, index) => [`request-${index}`, packEntry(entryOf(amountNano))]),
      ...marks.map((seconds, index) => [`settled-${index}`, packMark(entryOf(1), baseMs + seconds * 1000)]),
    ];
    return {
      schemaVersion: 1,
      ...counters,
      committed: spent + reserved,
      reserved,
      open: Object.fromEntries(open),
      ...(leaseBucket !== undefined && { leaseBucket }),
    };
  });
