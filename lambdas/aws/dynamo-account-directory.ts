import type { AccountDirectory } from '../domain/accounts/account-directory.ts';
import { accountRecord } from '../domain/accounts/account-record.ts';
import { accountKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import { readRecord } from './read-record.ts';

export interface DynamoAccountDirectoryOptions {
  readonly client: JsonClient;
  /** The `keys` table. */
  readonly table: string;
}

export function createDynamoAccountDirectory(options: DynamoAccountDirectoryOptions): AccountDirectory {
  return { findAccount: (accountId) => readRecord(options, accountKey(accountId), accountRecord) };
}
