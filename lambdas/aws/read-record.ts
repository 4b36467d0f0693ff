import * as z from 'zod/mini';
import { GatewayFault } from '../domain/errors.ts';
import { decodeItem } from './attribute-values.ts';
import type { ItemKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';

const getItemOutput = z.object({ Item: z.optional(z.unknown()) });

/**
 * One strongly consistent GetItem; undefined where there is no such item. A store that cannot answer, or an item that
 * cannot be read, is a GatewayFault `service_unavailable`, never an item that does not exist.
 */
export async function readRecord<Schema extends z.ZodMiniType>(
  { client, table }: { readonly client: JsonClient; readonly table: string },
  key: ItemKey,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  try {
    const output = await client.call('GetItem', { TableName: table, Key: key, ConsistentRead: true });
    const { Item } = z.parse(getItemOutput, output);
    return Item === undefined ? undefined : z.parse(schema, decodeItem(Item));
  } catch (cause) {
    throw new GatewayFault('service_unavailable', { cause });
  }
}
