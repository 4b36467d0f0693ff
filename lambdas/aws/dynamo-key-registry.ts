import * as z from 'zod/mini';
import { GatewayFault } from '../domain/errors.ts';
import { keyRecord } from '../domain/keys/key-record.ts';
import type { KeyPage, KeyRegistry } from '../domain/keys/key-registry.ts';
import { decodeItem } from './attribute-values.ts';
import type { CommitAudited } from './audited-transaction.ts';
import { batchGet } from './batch-get.ts';
import { createDynamoKeyStore } from './dynamo-key-store.ts';
import { KEY_ENTRY_PREFIX, keyEntryKey, keyKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import { changedKeyWrites, type KeyTables, newKeyWrites, whileActive } from './key-writes.ts';

export interface DynamoKeyRegistryOptions extends KeyTables {
  /** Reads. */
  readonly client: JsonClient;
  /** Writes. */
  readonly commit: CommitAudited;
}

const queryOutput = z.object({ Items: z.array(z.unknown()), LastEvaluatedKey: z.optional(z.unknown()) });
const keyEntry = z.object({ sk: z.string() });

type Page = Parameters<KeyRegistry['listKeys']>[1];

export function createDynamoKeyRegistry(options: DynamoKeyRegistryOptions): KeyRegistry {
  const { client, keysTable, commit } = options;

  /** As many ids as asked for, unless there are no more: what was filtered out is made up for by another query. */
  async function listIds(accountId: string, { after, limit }: Page): Promise<string[]> {
    const { pk, sk: prefix } = keyEntryKey(accountId, '');
    const ids: string[] = [];
    let ExclusiveStartKey: unknown = after === undefined ? undefined : keyEntryKey(accountId, after);
    do {
      const output = await client.call('Query', {
        TableName: keysTable,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        FilterExpression: 'attribute_not_exists(expiresAtSeconds)',
        ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
        ProjectionExpression: 'sk',
        ConsistentRead: true,
        Limit: limit,
        ExclusiveStartKey,
      });
      const { Items, LastEvaluatedKey } = z.parse(queryOutput, output);
      ids.push(...Items.map((item) => z.parse(keyEntry, decodeItem(item)).sk.slice(KEY_ENTRY_PREFIX.length)));
      ExclusiveStartKey = LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined && ids.length < limit);
    return ids.slice(0, limit);
  }

  async function listKeys(accountId: string, { after, limit }: Page): Promise<KeyPage> {
    try {
      const ids = await listIds(accountId, { after, limit: limit + 1 });
      const page = ids.slice(0, limit);
      const found = await batchGet(client, keysTable, page.map(keyKey));
      const byId = new Map(found.map((item) => z.parse(keyRecord, item)).map((key) => [key.id, key] as const));
      const keys = page.flatMap((id) => byId.get(id) ?? []);
      return { keys, hasMore: ids.length > limit };
    } catch (cause) {
      throw new GatewayFault('service_unavailable', { cause });
    }
  }

  return {
    ...createDynamoKeyStore({ client, table: keysTable }),
    listKeys,
    createKey({ key, actorId, entry }) {
      const writes = [...newKeyWrites(options, key), whileActive(options, actorId)];
      return commit({ tenant: key.accountId, entries: [entry], writes });
    },
    updateKey({ before, after, actorId, entry }) {
      // A transaction names no item twice; where a key changes itself, the version that was read tells as much.
      const guard = actorId === after.id ? [] : [whileActive(options, actorId)];
      const writes = [...changedKeyWrites(options, before, after), ...guard];
      return commit({ tenant: after.accountId, entries: [entry], writes });
    },
  };
}
