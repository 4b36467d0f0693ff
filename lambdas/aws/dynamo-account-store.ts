import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { AccountStore } from '../domain/accounts/account-store.ts';
import { encodeItem, type Storable } from './attribute-values.ts';
import type { CommitAudited } from './audited-transaction.ts';
import { accountKey, type ItemKey, keyKey } from './item-keys.ts';

export interface DynamoAccountStoreOptions {
  /** The `keys` table. */
  readonly table: string;
  readonly commit: CommitAudited;
}

/** Account, master key, events and chain head in one transaction. */
export function createDynamoAccountStore({ table, commit }: DynamoAccountStoreOptions): AccountStore {
  function putNew(key: ItemKey, record: { readonly [name: string]: Storable | undefined }): TransactWriteItem {
    const Item = { ...key, ...encodeItem(record) };
    return { Put: { TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' } };
  }

  return {
    createAccount({ account, masterKey, entries }) {
      const writes = [putNew(accountKey(account.id), account), putNew(keyKey(masterKey.id), masterKey)];
      return commit({ tenant: account.id, entries, writes });
    },
  };
}
