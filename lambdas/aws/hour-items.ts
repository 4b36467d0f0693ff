import * as z from 'zod/mini';
import { GatewayFault } from '../domain/errors.ts';
import { type HourRecord, hourRecord } from '../domain/usage/hour-record.ts';
import { type UsageRow, unloggedRow, unpackRows } from '../domain/usage/usage-row.ts';
import { type HourAddress, hourKey, hourOfKey, hoursPartition } from './item-keys.ts';
import { queryPages, readItem } from './query-pages.ts';
import { LAST, type UsageTableClient } from './request-partition.ts';

interface HourPart {
  readonly fold: number;
  readonly rows: readonly UsageRow[];
}

/** All that lies in the table about an hour, its records apart. */
export interface HourItems extends HourAddress {
  readonly state: HourRecord;
  /** Of whichever fold. */
  readonly parts: readonly HourPart[];
  /** What was taken away. */
  readonly sums: readonly UsageRow[];
}

interface Building extends HourItems {
  readonly parts: HourPart[];
  readonly sums: UsageRow[];
}

const placed = z.object({ pk: z.string(), sk: z.string(), expiresAtSeconds: z.int() });
const partItem = z.object({ schemaVersion: z.literal(1), fold: z.int(), rows: z.string() });
const sumItem = z.object({ schemaVersion: z.literal(1), keyId: z.string(), requests: z.int(), amountNano: z.int() });

/** Throws GatewayFault for rows that cannot be read: they are not taken for none. */
function readRows(text: string): readonly UsageRow[] {
  try {
    return unpackRows(text);
  } catch (cause) {
    throw new GatewayFault('service_unavailable', { cause });
  }
}

/** Adds what belongs to the hour; answers with the item's own hour where it begins another one. */
function take(hour: Building | undefined, item: Record<string, unknown>): Building | undefined {
  const address = hourOfKey(readItem(placed, item));
  if ('marks' in item) return { ...address, state: readItem(hourRecord, item), parts: [], sums: [] };
  // What is left of an hour that has gone itself is not told.
  if (hour?.hourMs !== address.hourMs) return hour;
  if ('rows' in item) {
    const { fold, rows } = readItem(partItem, item);
    hour.parts.push({ fold, rows: readRows(rows) });
  } else {
    const { keyId, requests, amountNano } = readItem(sumItem, item);
    hour.sums.push(unloggedRow(keyId, { requests, amountNano }));
  }
  return hour;
}

export interface HourItemsQuery {
  readonly accountId: string;
  /** Unix milliseconds, both hours included. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Unix seconds: what has expired by then is not there. */
  readonly nowSeconds: number;
}

/** Hour by hour, in order. */
export async function* readHourItems(
  { client, table }: UsageTableClient,
  { accountId, firstMs, lastMs, nowSeconds }: HourItemsQuery,
): AsyncGenerator<HourItems> {
  const query = {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': { S: hoursPartition(accountId) },
      ':first': hourKey({ accountId, hourMs: firstMs }).sk,
      ':last': { S: hourKey({ accountId, hourMs: lastMs }).sk.S + LAST },
    },
    ConsistentRead: true,
  };
  let hour: Building | undefined;
  for await (const page of queryPages(client, query)) {
    for (const item of page.filter((one) => readItem(placed, one).expiresAtSeconds > nowSeconds)) {
      const next = take(hour, item);
      if (hour !== undefined && next?.hourMs !== hour.hourMs) yield hour;
      hour = next;
    }
  }
  if (hour !== undefined) yield hour;
}

/** The hours that have had requests, in order, or the other way round. */
export async function* readHourAddresses(
  { client, table }: UsageTableClient,
  { accountId, firstMs, lastMs, nowSeconds }: HourItemsQuery,
  latestFirst: boolean,
): AsyncGenerator<HourAddress> {
  const query = {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    FilterExpression: 'attribute_exists(marks)',
    ProjectionExpression: 'pk, sk, expiresAtSeconds',
    ExpressionAttributeValues: {
      ':pk': { S: hoursPartition(accountId) },
      ':first': hourKey({ accountId, hourMs: firstMs }).sk,
      ':last': hourKey({ accountId, hourMs: lastMs }).sk,
    },
    ConsistentRead: true,
    ScanIndexForward: !latestFirst,
  };
  for await (const page of queryPages(client, query)) {
    for (const item of page) {
      const place = readItem(placed, item);
      if (place.expiresAtSeconds > nowSeconds) yield hourOfKey(place);
    }
  }
}
