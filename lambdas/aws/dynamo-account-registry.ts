import * as z from 'zod/mini';
import { accountRecord } from '../domain/accounts/account-record.ts';
import type { AccountRegistry } from '../domain/accounts/account-registry.ts';
import { GatewayFault } from '../domain/errors.ts';
import { changedAccountWrites } from './account-writes.ts';
import { actorGuards } from './actor-guards.ts';
import type { CommitAudited } from './audited-transaction.ts';
import { batchGet } from './batch-get.ts';
import { createDynamoAccountDirectory } from './dynamo-account-directory.ts';
import { accountEntryKey, accountKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import type { KeyTables } from './key-writes.ts';
import { queryPage } from './query-page.ts';

export interface DynamoAccountRegistryOptions extends KeyTables {
  /** Reads. */
  readonly client: JsonClient;
  /** Writes. */
  readonly commit: CommitAudited;
}

const accountEntry = z.object({ accountId: z.string() });

export function createDynamoAccountRegistry(options: DynamoAccountRegistryOptions): AccountRegistry {
  const { client, keysTable, commit } = options;
  return {
    ...createDynamoAccountDirectory({ client, table: keysTable }),

    async listAccounts({ after, limit }) {
      const query = {
        table: keysTable,
        prefix: accountEntryKey(''),
        after: after === undefined ? undefined : accountEntryKey(after),
        limit,
      };
      const { values, hasMore } = await queryPage(client, query, accountEntry);
      const ids = values.map(({ accountId }) => accountId);
      const parsed = z.safeParse(z.array(accountRecord), await batchGet(client, keysTable, ids.map(accountKey)));
      if (!parsed.success) throw new GatewayFault('service_unavailable', { cause: parsed.error });
      const byId = new Map(parsed.data.map((account) => [account.id, account] as const));
      return { accounts: ids.flatMap((id) => byId.get(id) ?? []), hasMore };
    },

    async updateAccount({ before, after, actor, entry }) {
      const writes = changedAccountWrites(options, before, after);
      const guards = actor === undefined ? [] : actorGuards(keysTable, actor, writes);
      return commit({ tenant: after.id, entries: [entry], writes: [...writes, ...guards] });
    },
  };
}
