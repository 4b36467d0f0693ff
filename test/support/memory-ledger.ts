import { createLedger } from '../../lambdas/domain/limits/create-ledger.ts';
import type { Ledger } from '../../lambdas/domain/limits/ledger.ts';
import type { RequestRecord } from '../../lambdas/domain/limits/request-record.ts';
import type { ScopePolicy } from '../../lambdas/domain/limits/scope.ts';
import { newScopeState, type ScopeState } from '../../lambdas/domain/limits/scope-state.ts';
import type { LeaseIndex, RecordStore, ScopeStore } from '../../lambdas/domain/limits/scope-store.ts';
import { applyUpdate, holds, type ScopeUpdate } from '../../lambdas/domain/limits/scope-update.ts';

/** The stores' contents, and what they do at an instant. */
export function createMemoryStores() {
  const states = new Map<string, ScopeState>();
  const kept = new Map<string, RequestRecord>();
  const scopes: ScopeStore = {
    update: async (scope, update) => updateNow(scope, update),
    read: async (scope) => states.get(scope),
  };

  function updateNow(scope: string, update: ScopeUpdate) {
    const before = states.get(scope);
    if (before === undefined || !holds(update, before)) return { applied: false, state: before, retried: false };
    const state = applyUpdate(update, before);
    states.set(scope, state);
    return { applied: true, state, retried: false };
  }

  function commitNow(record: RequestRecord): RequestRecord {
    const there = kept.get(record.requestId) ?? record;
    kept.set(record.requestId, there);
    return there;
  }

  const records: RecordStore = {
    commit: async (record) => commitNow(record),
    find: async ({ requestId }) => kept.get(requestId),
  };
  const leases: LeaseIndex = {
    async *due(bucket) {
      for (const [scope, { leaseBucket }] of states)
        if (leaseBucket !== undefined && leaseBucket <= bucket) yield scope;
    },
  };
  return {
    scopes,
    records,
    leases,
    states,
    kept,
    updateNow,
    commitNow,
    /** As management does: new counters, or another version on those that are there. */
    putPolicy({ scope, policyVersion }: Pick<ScopePolicy, 'scope' | 'policyVersion'>): void {
      states.set(scope, { ...(states.get(scope) ?? newScopeState({ policyVersion })), policyVersion });
    },
  };
}
export type MemoryStores = ReturnType<typeof createMemoryStores>;

/** The ledger in memory: exact, and gone with the process. */
export function createMemoryLedger(stores: MemoryStores, now: () => number): Ledger {
  return createLedger({ scopes: stores.scopes, records: stores.records, now });
}
