import * as z from 'zod/mini';
import { GatewayFault } from '../domain/errors.ts';
import type { ScopeReader } from '../domain/limits/scope-reader.ts';
import { newScopeState, type ScopeState, scopeState } from '../domain/limits/scope-state.ts';
import { viewScope } from '../domain/limits/view-scope.ts';
import { batchGet } from './batch-get.ts';
import { scopeKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';

export interface DynamoScopeReaderOptions {
  readonly client: JsonClient;
  /** The `ledger` table. */
  readonly table: string;
  /** Unix milliseconds. */
  readonly now: () => number;
}

const scopeItem = z.extend(scopeState, { pk: z.string() });

function parseItem(item: Record<string, unknown>): [string, ScopeState] {
  const { success, data, error } = z.safeParse(scopeItem, item);
  if (!success) throw new GatewayFault('service_unavailable', { cause: error });
  return [data.pk, data];
}

/** One batch of consistent reads for any number of scopes. */
export function createDynamoScopeReader({ client, table, now }: DynamoScopeReaderOptions): ScopeReader {
  return {
    async readScopes(policies) {
      const items = await batchGet(
        client,
        table,
        policies.map(({ scope }) => scopeKey(scope)),
      );
      const states = new Map(items.map(parseItem));
      const nowMs = now();
      return new Map(
        policies.map((policy) => {
          const state = states.get(scopeKey(policy.scope).pk.S) ?? newScopeState(policy);
          return [policy.scope, viewScope(state, policy, nowMs)];
        }),
      );
    },
  };
}
