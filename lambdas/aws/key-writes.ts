// The writes that every change of a key consists of, for the transaction that makes it.
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { KeptSecret } from '../domain/keys/key-registry.ts';
import { scopesOfKey } from '../domain/limits/scopes-of.ts';
import { encodeItem } from './attribute-values.ts';
import { keyEntryKey, keyKey, keySecretKey } from './item-keys.ts';
import { raiseScope } from './scope-writes.ts';
import { seenVersion } from './seen-version.ts';
import { withdrawItem } from './withdraw-item.ts';

export interface KeyTables {
  /** The `keys` table. */
  readonly keysTable: string;
  /** The `ledger` table. */
  readonly ledgerTable: string;
}

/**
 * Lists the key under its account, with what a list is narrowed by. The entry of a revoked one expires: nobody needs a
 * permission to delete.
 */
function putEntry({ keysTable }: KeyTables, key: KeyRecord): TransactWriteItem {
  const { accountId, id, userId, environment, revokedAt } = key;
  const attributes = encodeItem({ userId, environment, expiresAtSeconds: revokedAt });
  const Item = { ...keyEntryKey(accountId, id), ...attributes };
  return { Put: { TableName: keysTable, Item } };
}

/** A new key: its record, its place in the account's list, its counters. */
export function newKeyWrites(tables: KeyTables, key: KeyRecord): TransactWriteItem[] {
  const Item = { ...keyKey(key.id), ...encodeItem(key) };
  return [
    { Put: { TableName: tables.keysTable, Item, ConditionExpression: 'attribute_not_exists(pk)' } },
    putEntry(tables, key),
    ...scopesOfKey(key).map((policy) => raiseScope(tables.ledgerTable, policy)),
  ];
}

/** A change of a key, from exactly the version that was read. Counters that the key no longer has are closed, not deleted. */
export function changedKeyWrites(tables: KeyTables, before: KeyRecord, after: KeyRecord): TransactWriteItem[] {
  const former = scopesOfKey({ ...before, policyVersion: after.policyVersion });
  const scopes = new Map([...former, ...scopesOfKey(after)].map((policy) => [policy.scope, policy]));
  const Item = { ...keyKey(after.id), ...encodeItem(after) };
  return [
    { Put: { TableName: tables.keysTable, Item, ...seenVersion(before.policyVersion) } },
    putEntry(tables, after),
    ...[...scopes.values()].map((policy) => raiseScope(tables.ledgerTable, policy)),
  ];
}

/** Keeps a key's secret beside it, or nothing of it any more. */
export function keySecretWrites(
  table: string,
  { accountId, id }: KeyRecord,
  kept: KeptSecret | undefined,
): TransactWriteItem[] {
  if (kept === undefined) return [];
  const Key = keySecretKey(accountId, id);
  if ('erasedAt' in kept) return [withdrawItem(table, Key, kept.erasedAt)];
  return [{ Put: { TableName: table, Item: { ...Key, ...encodeItem(kept) } } }];
}
