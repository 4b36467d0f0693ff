import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { GatewayFault } from '../domain/errors.ts';
import { keyRecord } from '../domain/keys/key-record.ts';
import type { AuditedKeyChange, KeyPage, KeyQuery, KeyRegistry } from '../domain/keys/key-registry.ts';
import { actorGuards, unchangedRecord } from './actor-guards.ts';
import type { CommitAudited } from './audited-transaction.ts';
import { batchGet } from './batch-get.ts';
import { createDynamoKeyStore } from './dynamo-key-store.ts';
import { KEY_ENTRY_PREFIX, keyEntryKey, keyKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import { changedKeyWrites, type KeyTables, keySecretWrites, newKeyWrites } from './key-writes.ts';
import { type PageQuery, queryPage } from './query-page.ts';

export interface DynamoKeyRegistryOptions extends KeyTables {
  /** Reads. */
  readonly client: JsonClient;
  /** Writes. */
  readonly commit: CommitAudited;
}

const keyEntry = z.object({ sk: z.string() });

function filterOf({ userId, environment }: KeyQuery): NonNullable<PageQuery['filter']> {
  const wanted = Object.entries({ userId, environment }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const clauses = ['attribute_not_exists(expiresAtSeconds)', ...wanted.map(([name]) => `${name} = :${name}`)];
  return {
    expression: clauses.join(' AND '),
    values: Object.fromEntries(wanted.map(([name, value]) => [`:${name}`, { S: value }])),
  };
}

export function createDynamoKeyRegistry(options: DynamoKeyRegistryOptions): KeyRegistry {
  const { client, keysTable, commit } = options;

  async function listKeys(accountId: string, query: KeyQuery): Promise<KeyPage> {
    const { after, limit } = query;
    const page = {
      table: keysTable,
      prefix: keyEntryKey(accountId, ''),
      after: after === undefined ? undefined : keyEntryKey(accountId, after),
      limit,
      filter: filterOf(query),
    };
    const { values, hasMore } = await queryPage(client, page, keyEntry);
    const ids = values.map(({ sk }) => sk.slice(KEY_ENTRY_PREFIX.length));
    const parsed = z.safeParse(z.array(keyRecord), await batchGet(client, keysTable, ids.map(keyKey)));
    if (!parsed.success) throw new GatewayFault('service_unavailable', { cause: parsed.error });
    const byId = new Map(parsed.data.map((key) => [key.id, key] as const));
    return { keys: ids.flatMap((id) => byId.get(id) ?? []), hasMore };
  }

  function change(accountId: string, { actor, entry }: AuditedKeyChange, writes: TransactWriteItem[]) {
    const guards = actorGuards(keysTable, actor, writes);
    return commit({ tenant: accountId, entries: [entry], writes: [...writes, ...guards] });
  }

  return {
    ...createDynamoKeyStore({ client, table: keysTable }),
    listKeys,
    createKey(creation) {
      const { key, sealed } = creation;
      const writes = [...newKeyWrites(options, key), ...keySecretWrites(keysTable, key, sealed)];
      return change(key.accountId, creation, writes);
    },
    updateKey(update) {
      const { before, after, sealed } = update;
      const writes = [...changedKeyWrites(options, before, after), ...keySecretWrites(keysTable, after, sealed)];
      return change(after.accountId, update, writes);
    },
    recordReveal: (reveal) =>
      change(reveal.key.accountId, reveal, [unchangedRecord(keysTable, keyKey(reveal.key.id), reveal.key)]),
  };
}
