import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { AccountRecord } from '../domain/accounts/account-record.ts';
import { accountScope } from '../domain/limits/scopes-of.ts';
import { encodeItem } from './attribute-values.ts';
import { accountEntryKey, accountKey } from './item-keys.ts';
import type { KeyTables } from './key-writes.ts';
import { raiseScope } from './scope-writes.ts';
import { seenVersion } from './seen-version.ts';

/** Lists the account among all. */
function putEntry({ keysTable }: KeyTables, { id }: AccountRecord): TransactWriteItem {
  return { Put: { TableName: keysTable, Item: { ...accountEntryKey(id), ...encodeItem({ accountId: id }) } } };
}

/** A new account: its record, its place in the list of all, its counters. */
export function newAccountWrites(tables: KeyTables, account: AccountRecord): TransactWriteItem[] {
  const Item = { ...accountKey(account.id), ...encodeItem(account) };
  return [
    { Put: { TableName: tables.keysTable, Item, ConditionExpression: 'attribute_not_exists(pk)' } },
    putEntry(tables, account),
    raiseScope(tables.ledgerTable, accountScope(account)),
  ];
}

/** A change of an account, from exactly the version that was read. It holds for all keys of the account at once. */
export function changedAccountWrites(
  tables: KeyTables,
  before: AccountRecord,
  after: AccountRecord,
): TransactWriteItem[] {
  const Item = { ...accountKey(after.id), ...encodeItem(after) };
  return [
    { Put: { TableName: tables.keysTable, Item, ...seenVersion(before.policyVersion) } },
    raiseScope(tables.ledgerTable, accountScope(after)),
  ];
}
