import type { ScopeUpdate } from '../../lambdas/domain/limits/scope-update.ts';
import type { LedgerPorts } from '../../lambdas/domain/limits/settle-request.ts';
import { busyScopeState } from './bench-policy.ts';

function openAfter({ open }: ScopeUpdate): Readonly<Record<string, string>> {
  return open?.kind === 'add' ? { [open.requestId]: open.packed } : {};
}

/**
 * Stores that let every change through, at an instant and for nothing: what is left is the gateway's own work. Counters
 * that were really kept would cost more than all of that, and are DynamoDB's work, not a Lambda function's.
 */
export function createAgreeableStores(now: () => number): Pick<LedgerPorts, 'scopes' | 'records'> {
  return {
    scopes: {
      update: async (_scope, update) => ({
        applied: true,
        state: busyScopeState(openAfter(update), now()),
        retried: false,
      }),
      read: async () => busyScopeState({}, now()),
    },
    records: { commit: async (record) => record, find: async () => undefined },
  };
}
