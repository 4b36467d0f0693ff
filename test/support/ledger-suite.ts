import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_OPEN } from '../../lambdas/domain/limits/judge-demand.ts';
import type { Demand, Ledger, Settlement } from '../../lambdas/domain/limits/ledger.ts';
import type { ScopeLimits, ScopePolicy } from '../../lambdas/domain/limits/scope.ts';
import type { LeaseIndex, RecordStore, ScopeStore } from '../../lambdas/domain/limits/scope-store.ts';
import { sweepLeases } from '../../lambdas/operations/sweep-leases.ts';

export interface LedgerUnderTest {
  readonly scopes: ScopeStore;
  readonly records: RecordStore;
  readonly leases: LeaseIndex;
  createLedger(now: () => number): Ledger;
  putPolicy(policy: ScopePolicy): Promise<void>;
  stop(): Promise<void>;
}

export const startMs = Date.UTC(2026, 10, 22, 9, 30, 0);

const noLimits: ScopeLimits = {
  maxBudgetNano: undefined,
  budgetDuration: 'none',
  requestsPerMinute: undefined,
  tokensPerMinute: undefined,
  parallelRequests: undefined,
};

export function policyOf(scope: string, limits: Partial<ScopeLimits> = {}, policyVersion = 1): ScopePolicy {
  return { scope, policyVersion, limits: { ...noLimits, ...limits } };
}

export function demandOf(scopes: readonly ScopePolicy[], requestId: string, more: Partial<Demand> = {}): Demand {
  const { startedAtMs = startMs } = more;
  return { requestId, startedAtMs, scopes, amountNano: 100, tokens: 10, leaseEndsAtMs: startedAtMs + 60_000, ...more };
}

export function settlementOf(demand: Demand, more: Partial<Settlement> = {}): Settlement {
  const names = demand.scopes.map(({ scope }) => scope);
  return {
    requestId: demand.requestId,
    accountId: (names.at(-1) ?? '').slice('account:'.length),
    keyId: (names[0] ?? '').slice('key:'.length),
    scopes: names,
    provider: 'openai',
    model: 'gpt-test',
    amountNano: 40,
    reservedNano: demand.amountNano,
    reservedTokens: demand.tokens,
    estimated: false,
    inputTokens: 3,
    cachedInputTokens: 0,
    outputTokens: 1,
    status: 'completed',
    startedAtMs: demand.startedAtMs,
    ...more,
  };
}

/** What every ledger must keep to, whatever is behind it. */
export function describeLedger(name: string, start: () => Promise<LedgerUnderTest>): void {
  // Generous, as the store shares a busy machine.
  describe(`Ledger: ${name}`, { timeout: 60_000 }, () => {
    let subject: LedgerUnderTest;
    let nowMs = startMs;
    let family = 0;
    const now = () => nowMs;
    beforeAll(async () => {
      subject = await start();
    });
    afterAll(() => subject.stop());

    /** A key and its account, of their own, with these limits. */
    async function newScopes(key: Partial<ScopeLimits> = {}, account: Partial<ScopeLimits> = {}) {
      nowMs = startMs;
      family += 1;
      const scopes = [policyOf(`key:PublicId${family}`, key), policyOf(`account:acct_${family}`, account)];
      for (const policy of scopes) await subject.putPolicy(policy);
      return scopes;
    }

    async function figures(scopes: readonly ScopePolicy[]) {
      const states = await Promise.all(scopes.map(({ scope }) => subject.scopes.read(scope)));
      return states.map((state) => ({
        spent: (state?.committed ?? Number.NaN) - (state?.reserved ?? Number.NaN),
        reserved: state?.reserved,
        open: Object.keys(state?.open ?? {}).length,
      }));
    }
    const both = (figure: { spent: number; reserved: number; open: number }) => [figure, figure];

    const sweep = () =>
      sweepLeases({ ...subject, now, onFailure: (cause) => expect.unreachable(`a sweep failed: ${String(cause)}`) });

    test('what is reserved is held in every scope, and settled at the amount in every scope, once', async () => {
      const scopes = await newScopes();
      const ledger = subject.createLedger(now);
      const demand = demandOf(scopes, 'held');
      expect(await ledger.reserve(demand)).toMatchObject({
        kind: 'reserved',
        views: scopes.map(({ scope }) => ({ scope, spentNano: 0, reservedNano: 100 })),
      });
      expect(await figures(scopes)).toEqual(both({ spent: 0, reserved: 100, open: 1 }));
      await ledger.settle(settlementOf(demand));
      await ledger.settle(settlementOf(demand, { amountNano: 99 }));
      await subject.createLedger(now).settle(settlementOf(demand, { amountNano: 99 }));
      expect(await figures(scopes)).toEqual(both({ spent: 40, reserved: 0, open: 0 }));
      expect(await subject.records.find(settlementOf(demand))).toMatchObject({ amountNano: 40, status: 'completed' });
    });

    test('a settlement by a process that reserved nothing finds the reservation', async () => {
      const scopes = await newScopes({ tokensPerMinute: 1_000 });
      const demand = demandOf(scopes, 'elsewhere');
      await subject.createLedger(now).reserve(demand);
      await subject.createLedger(now).settle(settlementOf(demand));
      expect(await figures(scopes)).toEqual(both({ spent: 40, reserved: 0, open: 0 }));
    });

    test('a charge is never above what was reserved', async () => {
      const scopes = await newScopes();
      const ledger = subject.createLedger(now);
      const demand = demandOf(scopes, 'lying-provider');
      await ledger.reserve(demand);
      await ledger.settle(settlementOf(demand, { amountNano: 1e15, outputTokens: 1e12 }));
      expect(await figures(scopes)).toEqual(both({ spent: 100, reserved: 0, open: 0 }));
    });

    test('the cap is exact at 64 requests at once from 4 processes: held first, then spent', async () => {
      const scopes = await newScopes({ maxBudgetNano: 1_050 });
      const ledgers = [1, 2, 3, 4].map(() => subject.createLedger(now));
      const demands = Array.from({ length: 64 }, (_, index) => demandOf(scopes, `burst-${index}`));
      const outcomes = await Promise.all(
        demands.map(async (demand, index) => (await ledgers[index % 4]?.reserve(demand)) ?? { kind: 'none' }),
      );
      expect(outcomes.filter(({ kind }) => kind === 'reserved')).toHaveLength(10);
      const refused = outcomes.filter((outcome) => 'reason' in outcome);
      expect(new Set(refused.map(({ reason }) => reason))).toEqual(new Set(['budget_reserved']));
      expect(await figures(scopes)).toEqual(both({ spent: 0, reserved: 1_000, open: 10 }));

      const ends = demands.filter((_, index) => outcomes[index]?.kind === 'reserved');
      await Promise.all(ends.map((demand, index) => ledgers[index % 4]?.settle(settlementOf(demand))));
      expect(await figures(scopes)).toEqual(both({ spent: 400, reserved: 0, open: 0 }));
      const [ledger] = ledgers;
      for (let left = 6; left > 0; left -= 1) {
        const demand = demandOf(scopes, `after-${left}`);
        expect(await ledger?.reserve(demand)).toMatchObject({ kind: 'reserved' });
        await ledger?.settle(settlementOf(demand, { amountNano: 100 }));
      }
      expect(await ledger?.reserve(demandOf(scopes, 'spent'))).toMatchObject({
        kind: 'refused',
        reason: 'insufficient_quota',
        scope: scopes[0]?.scope,
        retryAfterMs: undefined,
        views: [{ budgetRemainingNano: 50, spentNano: 1_000 }, { spentNano: 1_000 }],
      });
    });

    test('a refusal in one scope leaves nothing in another, neither money nor its place in the minute', async () => {
      const limits = { requestsPerMinute: 5, tokensPerMinute: 50, maxBudgetNano: 1_000 };
      const scopes = await newScopes({ requestsPerMinute: 1 }, limits);
      const ledger = subject.createLedger(now);
      expect(await ledger.reserve(demandOf(scopes, 'first'))).toMatchObject({ kind: 'reserved' });
      for (let count = 0; count < 10; count += 1) {
        expect(await ledger.reserve(demandOf(scopes, `refused-${count}`))).toMatchObject({
          kind: 'refused',
          reason: 'rate_limit_exceeded',
          scope: scopes[0]?.scope,
          retryAfterMs: 60_000,
          views: [
            { requestsRemaining: 0 },
            { requestsRemaining: 4, tokensRemaining: 40, reservedNano: 100, budgetRemainingNano: 900 },
          ],
        });
      }
      expect(await figures(scopes)).toEqual(both({ spent: 0, reserved: 100, open: 1 }));
      nowMs = startMs + 60_000;
      expect(await ledger.reserve(demandOf(scopes, 'waited', { startedAtMs: nowMs }))).toMatchObject({
        kind: 'reserved',
      });
    });

    test('no aligned minute has more than 10 of a 10/min key, from 8 processes at once', async () => {
      const scopes = await newScopes({ requestsPerMinute: 10 });
      const ledgers = Array.from({ length: 8 }, () => subject.createLedger(now));
      for (const minute of [0, 1, 2]) {
        nowMs = startMs + minute * 60_000 + 59_000;
        const outcomes = await Promise.all(
          Array.from({ length: 64 }, (_, index) =>
            ledgers[index % 8]?.reserve(demandOf(scopes, `m${minute}-${index}`, { startedAtMs: nowMs })),
          ),
        );
        expect(outcomes.filter((outcome) => outcome?.kind === 'reserved')).toHaveLength(10);
      }
    });

    test('unused tokens go back to the minute that they were taken from', async () => {
      const scopes = await newScopes({ tokensPerMinute: 100 });
      const ledger = subject.createLedger(now);
      const demand = demandOf(scopes, 'large', { tokens: 100 });
      await ledger.reserve(demand);
      expect(await ledger.reserve(demandOf(scopes, 'none-left', { tokens: 1 }))).toMatchObject({
        reason: 'rate_limit_exceeded',
      });
      await ledger.settle(settlementOf(demand));
      const next = await ledger.reserve(demandOf(scopes, 'next', { tokens: 90 }));
      expect(next).toMatchObject({ kind: 'reserved', views: [{ tokensRemaining: 6 }, {}] });
      nowMs = startMs + 60_000;
      const later = demandOf(scopes, 'later', { startedAtMs: nowMs, tokens: 50 });
      expect(await ledger.reserve(later)).toMatchObject({ kind: 'reserved' });
      await ledger.settle(settlementOf(demandOf(scopes, 'next', { tokens: 90 })));
      expect(await subject.scopes.read(scopes[0]?.scope ?? '')).toMatchObject({ lastTokens: 8, tokens: 50 });
    });

    test('more tokens than a whole minute has is refused for good, and nothing is written', async () => {
      const scopes = await newScopes({}, { tokensPerMinute: 9 });
      expect(await subject.createLedger(now).reserve(demandOf(scopes, 'huge'))).toMatchObject({
        reason: 'request_exceeds_token_limit',
        scope: scopes[1]?.scope,
        retryAfterMs: undefined,
      });
      expect(await figures(scopes)).toEqual(both({ spent: 0, reserved: 0, open: 0 }));
    });

    test('one more than may run at once is refused, until one has ended', async () => {
      const scopes = await newScopes({ parallelRequests: 2 });
      const ledger = subject.createLedger(now);
      const [first, second] = [demandOf(scopes, 'one'), demandOf(scopes, 'two')];
      await Promise.all([ledger.reserve(first), ledger.reserve(second)]);
      expect(await ledger.reserve(demandOf(scopes, 'three'))).toMatchObject({ reason: 'too_many_parallel_requests' });
      await ledger.settle(settlementOf(first));
      expect(await ledger.reserve(demandOf(scopes, 'four'))).toMatchObject({ kind: 'reserved' });
    });

    test('no scope holds more than its item can bear at once, even without a limit', async () => {
      const scopes = await newScopes();
      const ledger = subject.createLedger(now);
      const outcomes = await Promise.all(
        Array.from({ length: MAX_OPEN + 6 }, (_, index) => ledger.reserve(demandOf(scopes, `many-${index}`))),
      );
      expect(outcomes.filter(({ kind }) => kind === 'reserved').length).toBeLessThanOrEqual(MAX_OPEN);
      expect((await figures(scopes)).every(({ open }) => open <= MAX_OPEN)).toBe(true);
    });

    test('a change of either policy turns the very next request away, and nothing is held', async () => {
      for (const changed of [0, 1]) {
        const scopes = await newScopes();
        const ledger = subject.createLedger(now);
        await ledger.reserve(demandOf(scopes, 'before'));
        const policy = scopes[changed];
        if (policy !== undefined) await subject.putPolicy({ ...policy, policyVersion: 2 });
        expect(await ledger.reserve(demandOf(scopes, 'stale'))).toEqual({ kind: 'policy-changed' });
        expect(await figures(scopes)).toEqual(both({ spent: 0, reserved: 100, open: 1 }));
        const current = scopes.map((one, index) => (index === changed ? { ...one, policyVersion: 2 } : one));
        expect(await ledger.reserve(demandOf(current, 'anew'))).toMatchObject({ kind: 'reserved' });
      }
    });

    test('a scope without counters is a policy that must be read anew', async () => {
      const [key] = await newScopes();
      const scopes = [key ?? policyOf('key:none'), policyOf('account:acct_none')];
      expect(await subject.createLedger(now).reserve(demandOf(scopes, 'homeless'))).toEqual({ kind: 'policy-changed' });
      expect(await figures(scopes.slice(0, 1))).toEqual([{ spent: 0, reserved: 0, open: 0 }]);
    });

    test('a new day starts from zero, what still runs is charged to it, and a clock that lags does not go back', async () => {
      const scopes = await newScopes({ maxBudgetNano: 250, budgetDuration: 'daily' });
      nowMs = Date.UTC(2026, 10, 22, 23, 59, 59, 500);
      const ledger = subject.createLedger(now);
      const demands = ['a', 'b'].map((id) => demandOf(scopes, `day-${id}`, { startedAtMs: nowMs }));
      for (const demand of demands) await ledger.reserve(demand);
      const [ended, running] = demands.map((demand) => settlementOf(demand, { amountNano: 90 }));
      if (ended !== undefined) await ledger.settle(ended);
      nowMs += 1_000;
      const lagging = subject.createLedger(() => nowMs - 2_000);
      const third = demandOf(scopes, 'day-c', { startedAtMs: nowMs });
      expect(await ledger.reserve(third)).toMatchObject({ views: [{ spentNano: 0, reservedNano: 200 }, {}] });
      const fourth = demandOf(scopes, 'day-d', { startedAtMs: nowMs - 2_000 });
      expect(await lagging.reserve(fourth)).toMatchObject({ reason: 'budget_reserved' });
      if (running !== undefined) await ledger.settle(running);
      expect((await figures(scopes))[0]).toEqual({ spent: 90, reserved: 100, open: 1 });
    });

    test('a reservation that nobody ended is charged in full when its lease is over, once, in every scope', async () => {
      const scopes = await newScopes();
      const demand = demandOf(scopes, 'killed');
      await subject.createLedger(now).reserve(demand);
      nowMs = demand.leaseEndsAtMs;
      await sweep();
      expect(await figures(scopes)).toEqual(both({ spent: 0, reserved: 100, open: 1 }));
      nowMs += 1;
      await Promise.all([sweep(), sweep()]);
      await sweep();
      expect(await figures(scopes)).toEqual(both({ spent: 100, reserved: 0, open: 0 }));
      await subject.createLedger(now).settle(settlementOf(demand));
      expect(await figures(scopes)).toEqual(both({ spent: 100, reserved: 0, open: 0 }));
      const record = await subject.records.find(settlementOf(demand));
      expect(record).toMatchObject({ amountNano: 100, estimated: true, status: 'expired' });
      const states = await Promise.all(scopes.map(({ scope }) => subject.scopes.read(scope)));
      expect(states.map((state) => state?.leaseBucket)).toEqual([undefined, undefined]);
    });

    test.each([0, 1])('a reservation that was made in one scope only (%i) costs nothing in the end', async (made) => {
      const scopes = await newScopes();
      const demand = demandOf(scopes, 'half-made');
      const broken = subject.createLedger(now);
      const other = scopes[1 - made]?.scope ?? '';
      const state = await subject.scopes.read(other);
      expect(state).toBeDefined();
      await broken.reserve(demand);
      // As if the process had died before the other write.
      const packed = (await subject.scopes.read(other))?.open['half-made'] ?? '';
      await subject.scopes.update(other, {
        guards: [],
        assignments: [
          { counter: 'committed', plus: 0 },
          { counter: 'reserved', plus: 0 },
        ],
        open: { kind: 'drop', requestId: 'half-made', packed },
      });
      nowMs = demand.leaseEndsAtMs + 1;
      await sweep();
      expect(await figures(scopes)).toEqual(both({ spent: 0, reserved: 0, open: 0 }));
      expect(await subject.records.find(settlementOf(demand))).toMatchObject({ status: 'not_forwarded' });
    });

    test('a process that dies between the record and the scopes has fixed the amount for whoever comes next', async () => {
      const scopes = await newScopes();
      const demand = demandOf(scopes, 'recorded');
      await subject.createLedger(now).reserve(demand);
      await subject.records.commit({ schemaVersion: 1, ...settlementOf(demand, { amountNano: 7 }) });
      nowMs = demand.leaseEndsAtMs + 1;
      await sweep();
      expect(await figures(scopes)).toEqual(both({ spent: 7, reserved: 0, open: 0 }));
    });
  });
}
