import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { encodeItem } from './attribute-values.ts';
import type { ItemKey } from './item-keys.ts';

/** Writes over an item with one that holds nothing and expires: nobody needs a permission to delete. */
export function withdrawItem(TableName: string, Key: ItemKey, nowSeconds: number) {
  return {
    Put: { TableName, Item: { ...Key, ...encodeItem({ expiresAtSeconds: nowSeconds }) } },
  } satisfies TransactWriteItem;
}
