import * as z from 'zod/mini';
import { GatewayFault } from '../domain/errors.ts';
import { decodeItem } from './attribute-values.ts';
import type { JsonClient } from './json-client.ts';

const queryOutput = z.object({ Items: z.array(z.unknown()), LastEvaluatedKey: z.optional(z.unknown()) });

/** The pages of a query, decoded, each asked for when the one before has been taken. Throws GatewayFault. */
export async function* queryPages(
  client: JsonClient,
  query: Readonly<Record<string, unknown>>,
): AsyncGenerator<readonly Record<string, unknown>[]> {
  let ExclusiveStartKey: unknown;
  do {
    let page: z.infer<typeof queryOutput>;
    try {
      page = z.parse(queryOutput, await client.call('Query', { ...query, ExclusiveStartKey }));
    } catch (cause) {
      throw new GatewayFault('service_unavailable', { cause });
    }
    yield page.Items.map(decodeItem);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
}

/** Reads what came from the store; what cannot be read is a fault of the store. */
export function readItem<Schema extends z.ZodMiniType>(schema: Schema, item: unknown): z.infer<Schema> {
  const { success, data, error } = z.safeParse(schema, item);
  if (!success) throw new GatewayFault('service_unavailable', { cause: error });
  return data;
}
