import * as z from 'zod/mini';
import type { LoggedRecord, RequestRecord, UnloggedRecord } from '../domain/limits/request-record.ts';
import { isLogged, requestRecord } from '../domain/limits/request-record.ts';
import { type HourAddress, REQUEST_PREFIX, requestPartition } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import { queryPages, readItem } from './query-pages.ts';

export interface UsageTableClient {
  readonly client: JsonClient;
  /** The `usage` table. */
  readonly table: string;
}

const requestItem = z.object({ sk: z.string(), expiresAtSeconds: z.int() });

export interface RecordItem<Record extends RequestRecord = RequestRecord> {
  readonly sk: string;
  readonly record: Record;
  /** Unix seconds. */
  readonly expiresAt: number;
}

export interface RequestPartitionQuery {
  readonly hour: HourAddress;
  readonly shard: number;
  /** Sort keys, both included. @default - all */
  readonly between?: readonly [string, string];
  /** @default false - the earliest first */
  readonly latestFirst?: boolean;
  /** How many items a page has. @default - a megabyte of them */
  readonly limit?: number;
}

/** Behind every sort key that begins with what comes before it. */
export const LAST = '~';
export const allRequests = [REQUEST_PREFIX, REQUEST_PREFIX + LAST] as const;

async function* pagesOf({ client, table }: UsageTableClient, query: RequestPartitionQuery, logged: boolean) {
  const { hour, shard, between: [first, last] = allRequests, latestFirst = false, limit } = query;
  const input = {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': { S: requestPartition(hour, logged, shard) },
      ':first': { S: first },
      ':last': { S: last },
    },
    ConsistentRead: true,
    ScanIndexForward: !latestFirst,
    Limit: limit,
  };
  for await (const items of queryPages(client, input)) {
    yield items.map((item) => {
      const { sk, expiresAtSeconds } = readItem(requestItem, item);
      return { sk, record: readItem(requestRecord, item), expiresAt: expiresAtSeconds };
    });
  }
}

/** The records of one of an hour's partitions, in the order of the minutes in which they began, a page at a time. */
export async function* loggedPages(
  usage: UsageTableClient,
  query: RequestPartitionQuery,
): AsyncGenerator<readonly RecordItem<LoggedRecord>[]> {
  for await (const page of pagesOf(usage, query, true)) {
    yield page.flatMap(({ record, ...item }) => (isLogged(record) ? [{ ...item, record }] : []));
  }
}

/** The same of those under zero logging, in no order. */
export async function* unloggedPages(
  usage: UsageTableClient,
  query: Pick<RequestPartitionQuery, 'hour' | 'shard'>,
): AsyncGenerator<readonly RecordItem<UnloggedRecord>[]> {
  for await (const page of pagesOf(usage, query, false)) yield page;
}
