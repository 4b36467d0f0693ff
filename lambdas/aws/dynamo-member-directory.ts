import type { MemberDirectory } from '../domain/members/member-directory.ts';
import { memberRecord } from '../domain/members/member-record.ts';
import { memberKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import { readRecord } from './read-record.ts';

export interface DynamoMemberDirectoryOptions {
  readonly client: JsonClient;
  /** The `keys` table. */
  readonly table: string;
}

export function createDynamoMemberDirectory(options: DynamoMemberDirectoryOptions): MemberDirectory {
  return { findMember: (accountId, userId) => readRecord(options, memberKey(accountId, userId), memberRecord) };
}
