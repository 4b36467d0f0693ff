import * as z from 'zod/mini';
import { GatewayFault } from '../domain/errors.ts';
import { decodeItem } from './attribute-values.ts';
import type { ItemKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';

/** Where a page's worth of items was filtered out, whole stretches of them are looked through: there may be thousands. */
const STRETCH = 1_000;

export interface PageQuery {
  readonly table: string;
  /** What the sort keys of all items of the list begin with, in their partition. */
  readonly prefix: ItemKey;
  /** The last item of the page before. */
  readonly after: ItemKey | undefined;
  readonly limit: number;
  /** Of those items, which are listed: an expression, its names and values. @default all */
  readonly filter?: {
    readonly expression: string;
    readonly names?: Readonly<Record<string, string>>;
    readonly values?: Readonly<Record<string, { readonly S: string } | { readonly N: string }>>;
  };
}

export interface QueriedPage<Value> {
  readonly values: readonly Value[];
  readonly hasMore: boolean;
}

const queryOutput = z.object({ Items: z.array(z.unknown()), LastEvaluatedKey: z.optional(z.unknown()) });

async function collect(client: JsonClient, query: PageQuery, wanted: number): Promise<unknown[]> {
  const { table, prefix, after, filter } = query;
  const items: unknown[] = [];
  let ExclusiveStartKey: unknown = after;
  let Limit = wanted;
  do {
    const output = await client.call('Query', {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      FilterExpression: filter?.expression,
      ExpressionAttributeNames: filter?.names,
      ExpressionAttributeValues: { ':pk': prefix.pk, ':prefix': prefix.sk, ...filter?.values },
      ConsistentRead: true,
      Limit,
      ExclusiveStartKey,
    });
    const { Items, LastEvaluatedKey } = z.parse(queryOutput, output);
    items.push(...Items);
    ExclusiveStartKey = LastEvaluatedKey;
    Limit = STRETCH;
  } while (ExclusiveStartKey !== undefined && items.length < wanted);
  return items;
}

/**
 * As many items as asked for, unless there are no more: what was filtered out is made up for by further queries. Strongly
 * consistent. Throws GatewayFault `service_unavailable`.
 */
export async function queryPage<Schema extends z.ZodMiniType>(
  client: JsonClient,
  query: PageQuery,
  schema: Schema,
): Promise<QueriedPage<z.infer<Schema>>> {
  try {
    const items = await collect(client, query, query.limit + 1);
    const values = items.slice(0, query.limit).map((item) => z.parse(schema, decodeItem(item)));
    return { values, hasMore: items.length > query.limit };
  } catch (cause) {
    throw new GatewayFault('service_unavailable', { cause });
  }
}
