import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeItem } from '../../lambdas/aws/attribute-values.ts';
import { scopeKey } from '../../lambdas/aws/item-keys.ts';
import { renderScopeUpdate } from '../../lambdas/aws/render-scope-update.ts';
import { leaseBucketOf } from '../../lambdas/domain/limits/lease-bucket.ts';
import type { Demand } from '../../lambdas/domain/limits/ledger.ts';
import { planReserve } from '../../lambdas/domain/limits/plan-reserve.ts';
import { planSettle } from '../../lambdas/domain/limits/plan-settle.ts';
import type { ScopePolicy } from '../../lambdas/domain/limits/scope.ts';
import type { ScopeState } from '../../lambdas/domain/limits/scope-state.ts';
import { applyUpdate, holds, type ScopeUpdate } from '../../lambdas/domain/limits/scope-update.ts';
import { findReservation } from '../../lambdas/domain/limits/settle-scope.ts';
import { planForget, staleMarks } from '../../lambdas/domain/limits/settled-mark.ts';
import { ledgerTable, startLedgerTables } from '../support/dynamo-ledger.ts';
import { baseMs, someDemand, someNowMs, somePolicy, someState } from '../support/limits-arbitraries.ts';

type Drawn = readonly [guess: ScopeState, actual: ScopeState, policy: ScopePolicy, demand: Demand, nowMs: number];

/** Every kind of change that there is, right guesses and wrong ones. */
function changesOf([guess, actual, policy, demand, nowMs]: Drawn): readonly ScopeUpdate[] {
  const running = findReservation(actual, 'request-0');
  const ending = { amountNano: 1, tokens: 0, forwarded: nowMs % 2 === 0 };
  const buckets = [leaseBucketOf(baseMs), leaseBucketOf(baseMs) + 1];
  const counted = running && {
    ...running,
    entry: { ...running.entry, tokens: 3, windowMinute: actual.windowMinute - (nowMs % 3) },
  };
  return [
    planReserve(guess, policy, demand, nowMs),
    planReserve(actual, { ...policy, policyVersion: actual.policyVersion }, demand, nowMs),
    ...(counted === undefined
      ? []
      : [planSettle(counted, ending, actual), planSettle(counted, ending, guess, nowMs + 30_000)]),
    ...staleMarks(actual, nowMs).map(planForget),
    ...buckets.flatMap((bucket): ScopeUpdate[] => [
      { guards: [], assignments: [], lease: { kind: 'postpone', bucket } },
      { guards: [], assignments: [], lease: { kind: 'advance', bucket } },
    ]),
    { guards: [], assignments: [], lease: { kind: 'clear' } },
  ];
}

describe('a change of a scope in the words of DynamoDB', { timeout: 60_000 }, () => {
  let tables: Awaited<ReturnType<typeof startLedgerTables>>;
  beforeAll(async () => {
    tables = await startLedgerTables();
  });
  afterAll(() => tables.stop());

  test('is let through by DynamoDB exactly where its guards hold, and comes to the same counters', async () => {
    const seen = { applied: 0, refused: 0 };
    const scope = 'key:PublicId0001';
    const drawn = fc.tuple(someState, someState, somePolicy, someDemand, someNowMs);
    await fc.assert(
      fc.asyncProperty(drawn, async (values) => {
        const [, actual] = values;
        for (const change of changesOf(values)) {
          const Item = { ...scopeKey(scope), ...encodeItem(actual) };
          await tables.client.call('PutItem', { TableName: ledgerTable, Item });
          const outcome = await tables.scopes.update(scope, change);
          seen[outcome.applied ? 'applied' : 'refused'] += 1;
          expect(outcome.applied).toBe(holds(change, actual));
          const expected = outcome.applied ? applyUpdate(change, actual) : actual;
          expect({ ...outcome.state, kin: outcome.state?.kin?.toSorted() }).toEqual({
            ...expected,
            kin: expected.kin?.toSorted(),
          });
        }
      }),
      { numRuns: 60 },
    );
    expect(seen.applied).toBeGreaterThan(50);
    expect(seen.refused).toBeGreaterThan(50);
  });

  test('a scope that is not there is not made', async () => {
    const change: ScopeUpdate = { guards: [], assignments: [{ counter: 'requests', plus: 1 }] };
    expect(await tables.scopes.update('key:nobody', change)).toEqual({
      applied: false,
      state: undefined,
      retried: false,
    });
    expect(await tables.scopes.read('key:nobody')).toBeUndefined();
  });

  test('stays short with all that one change can hold', () => {
    const mark = (index: number) => ({ requestId: `request-${index}`, packed: '0.0.htkny.1o.z0' });
    const { UpdateExpression, ConditionExpression } = renderScopeUpdate(
      {
        guards: [],
        assignments: [],
        open: {
          kind: 'add',
          requestId: 'x',
          packed: 'y',
          below: 64,
          forget: Array.from({ length: 16 }, (_, i) => mark(i)),
        },
        lease: { kind: 'cover', bucket: 1 },
        kin: ['account:acct_test'],
      },
      'LEASES#0',
    );
    expect(UpdateExpression.length).toBeLessThan(4_096);
    expect(ConditionExpression.length).toBeLessThan(4_096);
  });
});
