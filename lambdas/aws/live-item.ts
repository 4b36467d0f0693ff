import * as z from 'zod/mini';
import { decodeItem } from './attribute-values.ts';
import type { ItemKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';

const getItemOutput = z.object({ Item: z.optional(z.unknown()) });

/**
 * One strongly consistent GetItem; undefined where there is no such item, or one that was withdrawn: nobody may delete, so what
 * is withdrawn is written over by an item that expires.
 */
export async function readLiveItem(
  { client, table }: { readonly client: JsonClient; readonly table: string },
  Key: ItemKey,
  more: object = {},
): Promise<Record<string, unknown> | undefined> {
  const output = await client.call('GetItem', { TableName: table, Key, ConsistentRead: true, ...more });
  const { Item } = z.parse(getItemOutput, output);
  const item = Item === undefined ? undefined : decodeItem(Item);
  return item?.['expiresAtSeconds'] === undefined ? item : undefined;
}
