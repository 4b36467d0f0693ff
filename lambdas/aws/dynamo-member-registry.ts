import * as z from 'zod/mini';
import { GatewayFault } from '../domain/errors.ts';
import { memberRecord } from '../domain/members/member-record.ts';
import type { MemberRegistry } from '../domain/members/member-registry.ts';
import { changedAccountWrites } from './account-writes.ts';
import { actorGuards } from './actor-guards.ts';
import type { CommitAudited } from './audited-transaction.ts';
import { batchGet } from './batch-get.ts';
import { createDynamoMemberDirectory } from './dynamo-member-directory.ts';
import { memberKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import type { KeyTables } from './key-writes.ts';
import { changedMemberWrites } from './member-writes.ts';
import { queryPage } from './query-page.ts';

export interface DynamoMemberRegistryOptions extends KeyTables {
  /** Reads. */
  readonly client: JsonClient;
  /** Writes. */
  readonly commit: CommitAudited;
}

const notRemoved = {
  expression: '#status = :active',
  names: { '#status': 'status' },
  values: { ':active': { S: 'active' } },
} as const;

export function createDynamoMemberRegistry(options: DynamoMemberRegistryOptions): MemberRegistry {
  const { client, keysTable, commit } = options;
  return {
    ...createDynamoMemberDirectory({ client, table: keysTable }),

    async findMembers(accountId, userIds) {
      const keys = userIds.map((userId) => memberKey(accountId, userId));
      const items = await batchGet(client, keysTable, keys);
      const parsed = z.safeParse(z.array(memberRecord), items);
      if (!parsed.success) throw new GatewayFault('service_unavailable', { cause: parsed.error });
      return new Map(parsed.data.map((member) => [member.id, member] as const));
    },

    async listMembers(accountId, { after, limit }) {
      const query = {
        table: keysTable,
        prefix: memberKey(accountId, ''),
        after: after === undefined ? undefined : memberKey(accountId, after),
        limit,
        filter: notRemoved,
      };
      const { values, hasMore } = await queryPage(client, query, memberRecord);
      return { members: values, hasMore };
    },

    async changeMember({ before, after, account, actor, entry }) {
      const writes = [
        ...changedMemberWrites(keysTable, before, after),
        ...changedAccountWrites(options, account.before, account.after),
      ];
      const guards = actorGuards(keysTable, actor, writes);
      return commit({ tenant: after.accountId, entries: [entry], writes: [...writes, ...guards] });
    },
  };
}
