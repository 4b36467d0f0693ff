import * as z from 'zod/mini';
import { GatewayFault } from '../domain/errors.ts';
import { decodeItem } from './attribute-values.ts';
import type { ItemKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';

/** DynamoDB takes no more in one call. */
const MAX_KEYS = 100;
/** It may answer a part and leave the rest for another call. */
const MAX_ROUNDS = 8;

const batchGetItemOutput = z.object({
  Responses: z.record(z.string(), z.array(z.unknown())),
  UnprocessedKeys: z.optional(z.record(z.string(), z.object({ Keys: z.array(z.unknown()) }))),
});

async function getChunk(client: JsonClient, table: string, keys: readonly ItemKey[]): Promise<unknown[]> {
  const items: unknown[] = [];
  let wanted: readonly unknown[] = keys;
  for (let round = 0; wanted.length > 0; round += 1) {
    if (round === MAX_ROUNDS) throw new Error('a batch that does not come to an end');
    const output = await client.call('BatchGetItem', {
      RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } },
    });
    const { Responses, UnprocessedKeys } = z.parse(batchGetItemOutput, output);
    items.push(...(Responses[table] ?? []));
    wanted = UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return items;
}

/**
 * The items that exist among `keys`, decoded, in no order; each read strongly consistent. The keys must differ. Throws
 * GatewayFault `service_unavailable`.
 */
export async function batchGet(
  client: JsonClient,
  table: string,
  keys: readonly ItemKey[],
): Promise<readonly Record<string, unknown>[]> {
  const chunks = Array.from({ length: Math.ceil(keys.length / MAX_KEYS) }, (_, index) =>
    keys.slice(index * MAX_KEYS, (index + 1) * MAX_KEYS),
  );
  try {
    const parts = await Promise.all(chunks.map((chunk) => getChunk(client, table, chunk)));
    return parts.flat().map(decodeItem);
  } catch (cause) {
    throw new GatewayFault('service_unavailable', { cause });
  }
}
