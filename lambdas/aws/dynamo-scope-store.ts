import * as z from 'zod/mini';
import { crc32 } from '../domain/crc32.ts';
import { GatewayFault } from '../domain/errors.ts';
import { type ScopeState, scopeState } from '../domain/limits/scope-state.ts';
import type { ScopeStore } from '../domain/limits/scope-store.ts';
import { decodeItem } from './attribute-values.ts';
import { AwsError } from './aws-error.ts';
import { scopeKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import { renderScopeUpdate } from './render-scope-update.ts';

const updateItemOutput = z.object({ Attributes: z.unknown() });
const getItemOutput = z.object({ Item: z.optional(z.unknown()) });
const encoder = new TextEncoder();

/** Over how many partitions the index of leases is spread. */
export const LEASE_SHARDS = 8;

export function leaseShard(index: number): string {
  return `LEASES#${index}`;
}

/** Where the index of leases has a scope. */
function leaseShardOf(scope: string): string {
  return leaseShard(crc32(encoder.encode(scope)) % LEASE_SHARDS);
}

function parseState(item: unknown): ScopeState {
  return z.parse(scopeState, decodeItem(item));
}

/** A throttled or conflicting attempt was turned away; one without an answer, or with a 5xx, may have been carried out. */
function mayHaveArrived({ status }: AwsError): boolean {
  return status === undefined || status >= 500;
}

export interface DynamoScopeStoreOptions {
  readonly client: JsonClient;
  /** The `ledger` table. */
  readonly table: string;
}

export function createDynamoScopeStore({ client, table }: DynamoScopeStoreOptions): ScopeStore {
  return {
    async update(scope, update) {
      let retried = false;
      const onRetry = (error: AwsError) => {
        retried ||= mayHaveArrived(error);
      };
      const input = {
        TableName: table,
        Key: scopeKey(scope),
        ...renderScopeUpdate(update, leaseShardOf(scope)),
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      };
      try {
        const { Attributes } = z.parse(updateItemOutput, await client.call('UpdateItem', input, { onRetry }));
        return { applied: true, state: parseState(Attributes), retried };
      } catch (cause) {
        if (!(cause instanceof AwsError && cause.name === 'ConditionalCheckFailedException')) {
          throw new GatewayFault('service_unavailable', { cause });
        }
        return { applied: false, state: stateOf(cause.item), retried };
      }
    },

    async read(scope) {
      try {
        const output = await client.call('GetItem', { TableName: table, Key: scopeKey(scope), ConsistentRead: true });
        return stateOf(z.parse(getItemOutput, output).Item);
      } catch (cause) {
        if (cause instanceof GatewayFault) throw cause;
        throw new GatewayFault('service_unavailable', { cause });
      }
    },
  };
}

/** Throws GatewayFault for an item that cannot be read: never taken for a scope that is not there. */
function stateOf(item: unknown): ScopeState | undefined {
  if (item === undefined) return undefined;
  try {
    return parseState(item);
  } catch (cause) {
    throw new GatewayFault('service_unavailable', { cause });
  }
}
