import * as z from 'zod/mini';
import { GatewayFault } from '../domain/errors.ts';
import type { FoldStore } from '../domain/usage/fold-store.ts';
import { type HourRecord, hourRecord } from '../domain/usage/hour-record.ts';
import { expiryOf } from '../domain/usage/hours.ts';
import { packRows } from '../domain/usage/usage-row.ts';
import { decodeItem, encodeItem, type Storable } from './attribute-values.ts';
import { AwsError } from './aws-error.ts';
import { FOLD_INDEX, FOLD_SHARDS, foldShard } from './dynamo-hour-marks.ts';
import { type HourChange, renderAbsorption, renderStep, unmarked } from './fold-writes.ts';
import { type HourAddress, hourOfKey, hourPartKey, REQUEST_SHARDS } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import { queryPages, readItem } from './query-pages.ts';
import { allRequests, loggedPages, unloggedPages } from './request-partition.ts';

export interface DynamoFoldStoreOptions {
  readonly client: JsonClient;
  /** The `usage` table. */
  readonly table: string;
}

const updateItemOutput = z.object({ Attributes: z.unknown() });
const indexItem = z.object({ pk: z.string(), sk: z.string() });

/** Somebody else was there first, or is there now. */
const outrun: ReadonlySet<string> = new Set(['ConditionalCheckFailedException', 'TransactionCanceledException']);

/** Undefined where the call came too late. */
async function unlessOutrun<Result>(call: Promise<Result>): Promise<Result | undefined> {
  try {
    return await call;
  } catch (cause) {
    if (cause instanceof AwsError && outrun.has(cause.name)) return undefined;
    throw new GatewayFault('service_unavailable', { cause });
  }
}

/** A place in the partitions of an hour, which are read one after the other. */
function readPlace(after = '0'): { readonly shard: number; readonly sk: string | undefined } {
  const [, shard, sk] = /^(\d+)(?: (.+))?$/.exec(after) ?? [];
  return { shard: Number(shard), sk };
}

function createReads({
  client,
  table,
}: DynamoFoldStoreOptions): Pick<FoldStore, 'due' | 'readRecords' | 'readUnlogged'> {
  return {
    async *due(nowMs) {
      const now = { N: String(Math.floor(nowMs / 1000)) };
      for (let shard = 0; shard < FOLD_SHARDS; shard += 1) {
        const query = {
          TableName: table,
          IndexName: FOLD_INDEX,
          KeyConditionExpression: 'foldShard = :shard AND foldAfter <= :now',
          ExpressionAttributeValues: { ':shard': { S: foldShard(shard) }, ':now': now },
          Limit: 200,
        };
        for await (const page of queryPages(client, query)) {
          for (const item of page) yield hourOfKey(readItem(indexItem, item));
        }
      }
    },

    async *readRecords(hour, from) {
      const place = readPlace(from);
      const [first, last] = allRequests;
      for (let { shard } = place; shard < REQUEST_SHARDS; shard += 1) {
        // No sort key begins with another and a space, so this is right behind it.
        const behind = shard === place.shard && place.sk !== undefined ? `${place.sk} ` : first;
        for await (const page of loggedPages({ client, table }, { hour, shard, between: [behind, last] })) {
          const last = page.at(-1);
          if (last !== undefined) yield { records: page.map(({ record }) => record), after: `${shard} ${last.sk}` };
        }
      }
    },

    async *readUnlogged(hour) {
      for (let shard = 0; shard < REQUEST_SHARDS; shard += 1) {
        for await (const page of unloggedPages({ client, table }, { hour, shard })) {
          yield page.map(({ record }) => record);
        }
      }
    },
  };
}

export function createDynamoFoldStore({ client, table }: DynamoFoldStoreOptions): FoldStore {
  const encode = (name: string, value: Storable) => encodeItem({ [name]: value });

  /** The hour afterwards. */
  async function step(hour: HourAddress, change: HourChange): Promise<HourRecord | undefined> {
    const input = { ...renderStep(table, hour, change), ReturnValues: 'ALL_NEW' };
    const output = await unlessOutrun(client.call('UpdateItem', input));
    if (output === undefined) return undefined;
    return readItem(hourRecord, decodeItem(readItem(updateItemOutput, output).Attributes));
  }

  return {
    ...createReads({ client, table }),

    async claim(hour, nowMs) {
      const values = { ':now': { N: String(Math.floor(nowMs / 1000)) } };
      const state = await step(hour, { condition: 'attribute_exists(foldShard) AND foldAfter <= :now', values });
      return state && { ...hour, state, fold: state.folds };
    },

    async absorb(hour, records) {
      const input = { TransactItems: renderAbsorption(table, hour, records) };
      return (await unlessOutrun(client.call('TransactWriteItems', input))) !== undefined;
    },

    async putPart(hour, part, rows) {
      const expiresAtSeconds = expiryOf(hour.hourMs, hour.state.usageDays);
      const item = encodeItem({ schemaVersion: 1, fold: hour.fold, part, rows: packRows(rows), expiresAtSeconds });
      const Item = { ...hourPartKey(hour, hour.fold, part), ...item };
      await unlessOutrun(client.call('PutItem', { TableName: table, Item }));
    },

    async suspend(hour, progress) {
      const { condition, values } = unmarked(hour);
      const change = {
        set: 'progress = :progress',
        condition,
        values: { ...values, ...encode(':progress', progress) },
      };
      return (await step(hour, change)) !== undefined;
    },

    async close(hour, folded) {
      const { condition, values } = unmarked(hour);
      const change = {
        set: folded && 'folded = :folded',
        remove: 'foldShard, foldAfter, progress',
        condition,
        values: { ...values, ...(folded && encode(':folded', folded)) },
      };
      return (await step(hour, change)) !== undefined;
    },
  };
}
