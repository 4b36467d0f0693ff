import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { GatewayFault } from '../domain/errors.ts';
import { keyRecord } from '../domain/keys/key-record.ts';
import type { AuditedKeyChange, KeyPage, KeyQuery, KeyRegistry } from '../domain/keys/key-registry.ts';
import { actorGuards } from './actor-guards.ts';
import { decodeItem } from './attribute-values.ts';
import type { CommitAudited } from './audited-transaction.ts';
import { batchGet } from './batch-get.ts';
import { createDynamoKeyStore } from './dynamo-key-store.ts';
import { KEY_ENTRY_PREFIX, keyEntryKey, keyKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import { changedKeyWrites, type KeyTables, newKeyWrites } from './key-writes.ts';

export interface DynamoKeyRegistryOptions extends KeyTables {
  /** Reads. */
  readonly client: JsonClient;
  /** Writes. */
  readonly commit: CommitAudited;
}

const queryOutput = z.object({ Items: z.array(z.unknown()), LastEvaluatedKey: z.optional(z.unknown()) });
const keyEntry = z.object({ sk: z.string() });

/** Where a page's worth of entries was filtered out, whole stretches of them are looked through: there may be thousands. */
const STRETCH = 1_000;

function filterOf({ userId, environment }: KeyQuery) {
  const wanted = Object.entries({ userId, environment }).filter(([, value]) => value !== undefined);
  return {
    FilterExpression: ['attribute_not_exists(expiresAtSeconds)', ...wanted.map(([name]) => `${name} = :${name}`)].join(
      ' AND ',
    ),
    values: Object.fromEntries(wanted.map(([name, value]) => [`:${name}`, { S: value }])),
  };
}

export function createDynamoKeyRegistry(options: DynamoKeyRegistryOptions): KeyRegistry {
  const { client, keysTable, commit } = options;

  /** As many ids as asked for, unless there are no more: what was filtered out is made up for by another query. */
  async function listIds(accountId: string, query: KeyQuery): Promise<string[]> {
    const { after, limit } = query;
    const { pk, sk: prefix } = keyEntryKey(accountId, '');
    const { FilterExpression, values } = filterOf(query);
    const ids: string[] = [];
    let ExclusiveStartKey: unknown = after === undefined ? undefined : keyEntryKey(accountId, after);
    let Limit = limit;
    do {
      const output = await client.call('Query', {
        TableName: keysTable,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        FilterExpression,
        ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix, ...values },
        ProjectionExpression: 'sk',
        ConsistentRead: true,
        Limit,
        ExclusiveStartKey,
      });
      const { Items, LastEvaluatedKey } = z.parse(queryOutput, output);
      ids.push(...Items.map((item) => z.parse(keyEntry, decodeItem(item)).sk.slice(KEY_ENTRY_PREFIX.length)));
      ExclusiveStartKey = LastEvaluatedKey;
      Limit = STRETCH;
    } while (ExclusiveStartKey !== undefined && ids.length < limit);
    return ids.slice(0, limit);
  }

  async function listKeys(accountId: string, query: KeyQuery): Promise<KeyPage> {
    const { limit } = query;
    try {
      const ids = await listIds(accountId, { ...query, limit: limit + 1 });
      const page = ids.slice(0, limit);
      const found = await batchGet(client, keysTable, page.map(keyKey));
      const byId = new Map(found.map((item) => z.parse(keyRecord, item)).map((key) => [key.id, key] as const));
      const keys = page.flatMap((id) => byId.get(id) ?? []);
      return { keys, hasMore: ids.length > limit };
    } catch (cause) {
      throw new GatewayFault('service_unavailable', { cause });
    }
  }

  function change(accountId: string, { actor, entry }: AuditedKeyChange, writes: TransactWriteItem[]) {
    const guards = actorGuards(keysTable, actor, writes);
    return commit({ tenant: accountId, entries: [entry], writes: [...writes, ...guards] });
  }

  return {
    ...createDynamoKeyStore({ client, table: keysTable }),
    listKeys,
    createKey: (creation) => change(creation.key.accountId, creation, newKeyWrites(options, creation.key)),
    updateKey: (update) =>
      change(update.after.accountId, update, changedKeyWrites(options, update.before, update.after)),
  };
}
