import * as z from 'zod/mini';
import { GatewayFault } from '../domain/errors.ts';
import { memberRecord } from '../domain/members/member-record.ts';
import type { MemberRegistry } from '../domain/members/member-registry.ts';
import { batchGet } from './batch-get.ts';
import { createDynamoMemberDirectory, type DynamoMemberDirectoryOptions } from './dynamo-member-directory.ts';
import { memberKey } from './item-keys.ts';

export function createDynamoMemberRegistry(options: DynamoMemberDirectoryOptions): MemberRegistry {
  const { client, table } = options;
  return {
    ...createDynamoMemberDirectory(options),
    async findMembers(accountId, userIds) {
      const keys = userIds.map((userId) => memberKey(accountId, userId));
      const items = await batchGet(client, table, keys);
      const parsed = z.safeParse(z.array(memberRecord), items);
      if (!parsed.success) throw new GatewayFault('service_unavailable', { cause: parsed.error });
      return new Map(parsed.data.map((member) => [member.id, member] as const));
    },
  };
}
