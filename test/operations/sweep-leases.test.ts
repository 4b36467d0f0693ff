import { describe, expect, test } from 'vitest';
import { GatewayFault } from '../../lambdas/domain/errors.ts';
import { leaseBucketOf } from '../../lambdas/domain/limits/lease-bucket.ts';
import { sweepLeases } from '../../lambdas/operations/sweep-leases.ts';
import { demandOf, policyOf, startMs } from '../support/ledger-suite.ts';
import { createMemoryLedger, createMemoryStores } from '../support/memory-ledger.ts';

const scopes = [policyOf('key:PublicId1'), policyOf('account:a')];

function start() {
  const stores = createMemoryStores();
  for (const policy of scopes) stores.putPolicy(policy);
  const failures: unknown[] = [];
  let nowMs = startMs;
  return {
    stores,
    failures,
    ledger: createMemoryLedger(stores, () => nowMs),
    sweepAt(atMs: number, more: Partial<Parameters<typeof sweepLeases>[0]> = {}) {
      nowMs = atMs;
      return sweepLeases({ ...stores, now: () => nowMs, onFailure: (cause) => failures.push(cause), ...more });
    },
  };
}

describe('sweepLeases', () => {
  test('what still runs stays, and the index has the scope again when its next lease may end', async () => {
    const { stores, ledger, sweepAt } = start();
    const [short, long] = [startMs + 60_000, startMs + 3_600_000];
    await ledger.reserve(demandOf(scopes, 'short', { leaseEndsAtMs: short }));
    await ledger.reserve(demandOf(scopes, 'long', { leaseEndsAtMs: long }));
    expect(await sweepAt(short + 1)).toEqual({ scopes: 2, ended: 2, failed: 0 });
    for (const state of stores.states.values()) {
      expect(Object.keys(state.open)).toEqual(['long']);
      expect(state.leaseBucket).toBe(leaseBucketOf(long));
    }
    expect(await sweepAt(short + 60_000)).toEqual({ scopes: 0, ended: 0, failed: 0 });
    expect(await sweepAt(long + 1)).toEqual({ scopes: 2, ended: 2, failed: 0 });
  });

  test('a lease that ends before all others that are open brings the scope forward in the index', async () => {
    const { stores, ledger } = start();
    await ledger.reserve(demandOf(scopes, 'long', { leaseEndsAtMs: startMs + 7_200_000 }));
    await ledger.reserve(demandOf(scopes, 'short', { leaseEndsAtMs: startMs + 60_000 }));
    for (const { leaseBucket } of stores.states.values()) expect(leaseBucket).toBe(leaseBucketOf(startMs + 60_000));
  });

  test('a scope that cannot be swept is told of, keeps no other from its turn, and has its own again', async () => {
    const { stores, ledger, sweepAt, failures } = start();
    const demand = demandOf(scopes, 'one');
    await ledger.reserve(demand);
    const afterMs = demand.leaseEndsAtMs + 1;
    const [key, account] = scopes.map(({ scope }) => scope);
    const update: typeof stores.scopes.update = async (scope, change) => {
      if (scope === key) throw new GatewayFault('service_unavailable');
      return stores.scopes.update(scope, change);
    };
    const report = await sweepAt(afterMs, { scopes: { ...stores.scopes, update } });
    expect(report).toEqual({ scopes: 2, ended: 1, failed: 1 });
    expect(failures).toHaveLength(1);
    expect(stores.states.get(account ?? '')).toMatchObject({ committed: 100, reserved: 0, open: {} });
    expect(await sweepAt(afterMs + 60_000)).toMatchObject({ ended: 1, failed: 0 });
    expect(stores.states.get(key ?? '')).toMatchObject({ committed: 100, reserved: 0, open: {} });
  });

  test('a model scope that lacks the reservation shows that the request was never forwarded', async () => {
    const { stores, ledger, sweepAt } = start();
    const model = policyOf('key:PublicId1:gpt-*');
    stores.putPolicy(model);
    const [key, account] = scopes;
    if (key === undefined || account === undefined) throw new Error('no scopes');
    const demand = demandOf([key, model, account], 'one');
    await ledger.reserve(demand);
    const before = stores.states.get(model.scope);
    if (before === undefined) throw new Error('no counters');
    // As if the process had died before this write.
    stores.states.set(model.scope, { ...before, committed: 0, reserved: 0, open: {} });
    await sweepAt(demand.leaseEndsAtMs + 1);
    for (const state of stores.states.values()) expect(state).toMatchObject({ committed: 0, reserved: 0, open: {} });
    expect(stores.kept.get('one')).toMatchObject({ amountNano: 0, status: 'not_forwarded' });
  });
});
