import * as z from 'zod/mini';
import { GatewayFault } from '../domain/errors.ts';
import type { LeaseIndex } from '../domain/limits/scope-store.ts';
import { LEASE_SHARDS, leaseShard } from './dynamo-scope-store.ts';
import { scopeOfKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';

/** On the `ledger` table: keys only, by `leaseShard` and `leaseBucket`. */
export const LEASE_INDEX = 'leases';

const PAGE = 200;

const page = z.object({
  Items: z.array(z.object({ pk: z.object({ S: z.string() }) })),
  LastEvaluatedKey: z.optional(z.unknown()),
});

export interface DynamoLeaseIndexOptions {
  readonly client: JsonClient;
  /** The `ledger` table. */
  readonly table: string;
}

/** One query for each shard and page: what is read is what is due, however long nobody has looked. */
export function createDynamoLeaseIndex({ client, table }: DynamoLeaseIndexOptions): LeaseIndex {
  async function queryPage(shard: number, leaseBucket: number, ExclusiveStartKey: unknown) {
    try {
      const output = await client.call('Query', {
        TableName: table,
        IndexName: LEASE_INDEX,
        KeyConditionExpression: 'leaseShard = :shard AND leaseBucket <= :bucket',
        ExpressionAttributeValues: { ':shard': { S: leaseShard(shard) }, ':bucket': { N: String(leaseBucket) } },
        Limit: PAGE,
        ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }),
      });
      return z.parse(page, output);
    } catch (cause) {
      throw new GatewayFault('service_unavailable', { cause });
    }
  }

  return {
    async *due(leaseBucket) {
      for (let shard = 0; shard < LEASE_SHARDS; shard += 1) {
        let from: unknown;
        do {
          const { Items, LastEvaluatedKey } = await queryPage(shard, leaseBucket, from);
          for (const { pk } of Items) yield scopeOfKey(pk.S);
          from = LastEvaluatedKey;
        } while (from !== undefined);
      }
    },
  };
}
