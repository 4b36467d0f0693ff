import type { LoggedRecord } from '../domain/limits/request-record.ts';
import { expiryOf, hourOf } from '../domain/usage/hours.ts';
import type { RequestPage, RequestPlace, RequestQuery, RequestReader } from '../domain/usage/request-reader.ts';
import { readHourAddresses } from './hour-items.ts';
import { type HourAddress, REQUEST_SHARDS, requestKey, requestMinutePrefix } from './item-keys.ts';
import { LAST, loggedPages, type RecordItem, type UsageTableClient } from './request-partition.ts';

export interface DynamoRequestReaderOptions extends UsageTableClient {
  /** Unix milliseconds. */
  readonly now: () => number;
}

const MINUTE_MS = 60_000;
/** A page of a list ends, however few requests match, once so many have been looked at. */
const MAX_READ = 20_000;
const PAGE = 500;

/** The part of the range that lies behind the place where the list goes on, that place included. */
function rangeOf({ fromMs, toMs, order, after }: RequestQuery) {
  const placeMs = after && after.minute * MINUTE_MS;
  const lastMs = toMs - 1;
  if (placeMs === undefined) return { fromMs, lastMs };
  return order === 'asc'
    ? { fromMs: Math.max(fromMs, placeMs), lastMs }
    : { fromMs, lastMs: Math.min(lastMs, placeMs + MINUTE_MS - 1) };
}

/** The first and the last sort key of the hour that the range holds. */
function boundsIn({ hourMs }: HourAddress, { fromMs, lastMs }: ReturnType<typeof rangeOf>) {
  const first = requestMinutePrefix(Math.max(fromMs, hourMs));
  const last = requestMinutePrefix(Math.min(lastMs, hourMs + 59 * MINUTE_MS));
  return [first, last + LAST] as const;
}

function sortKeyOf(accountId: string, { minute, requestId }: RequestPlace): string {
  return requestKey({ accountId, requestId, startedAtMs: minute * MINUTE_MS }).sk.S;
}

type Items = AsyncGenerator<RecordItem<LoggedRecord>>;

async function* flatten(pages: AsyncGenerator<readonly RecordItem<LoggedRecord>[]>): Items {
  for await (const page of pages) yield* page;
}

/** One sequence of several that are each in order. */
async function* merge(sources: readonly Items[], comesFirst: (one: string, other: string) => boolean): Items {
  const heads = await Promise.all(sources.map(async (source) => ({ source, head: await source.next() })));
  for (;;) {
    const [first, ...others] = heads.filter(({ head }) => head.done !== true);
    if (first === undefined) return;
    const next = others.reduce((best, one) => (comesFirst(one.head.value.sk, best.head.value.sk) ? one : best), first);
    yield next.head.value;
    next.head = await next.source.next();
  }
}

/** Those behind the place where the list goes on. */
async function* readInOrder(usage: UsageTableClient, query: RequestQuery, nowSeconds: number): Items {
  const { accountId, order, after, retention } = query;
  const range = rangeOf(query);
  const latestFirst = order === 'desc';
  const comesFirst = (one: string, other: string) => (latestFirst ? one > other : one < other);
  const place = after && sortKeyOf(accountId, after);
  const hours = { accountId, firstMs: hourOf(range.fromMs), lastMs: hourOf(range.lastMs), nowSeconds };
  if (hours.firstMs > hours.lastMs) return;
  for await (const hour of readHourAddresses(usage, hours, latestFirst)) {
    if (expiryOf(hour.hourMs, retention.requestRecordDays) <= nowSeconds) continue;
    const between = boundsIn(hour, range);
    const sources = Array.from({ length: REQUEST_SHARDS }, (_, shard) =>
      flatten(loggedPages(usage, { hour, shard, between, latestFirst, limit: PAGE })),
    );
    const isPlaced = after !== undefined && hourOf(after.minute * MINUTE_MS) === hour.hourMs;
    for await (const item of merge(sources, comesFirst)) {
      if (!isPlaced || place === undefined || comesFirst(place, item.sk)) yield item;
    }
  }
}

function placeOf({ requestId, startedAtMs }: LoggedRecord): RequestPlace {
  return { minute: Math.floor(startedAtMs / MINUTE_MS), requestId };
}

export function createDynamoRequestReader({ now, ...usage }: DynamoRequestReaderOptions): RequestReader {
  return {
    async listRequests(query): Promise<RequestPage> {
      const { fromMs, toMs, limit, matches } = query;
      const nowSeconds = Math.floor(now() / 1000);
      const records: LoggedRecord[] = [];
      let read = 0;
      for await (const { record, expiresAt } of readInOrder(usage, query, nowSeconds)) {
        read += 1;
        const { startedAtMs } = record;
        const isWanted = expiresAt > nowSeconds && startedAtMs >= fromMs && startedAtMs < toMs && matches(record);
        const last = records.at(-1);
        if (isWanted && last !== undefined && records.length === limit) return { records, next: placeOf(last) };
        if (isWanted) records.push(record);
        if (read === MAX_READ) return { records, next: placeOf(record) };
      }
      return { records, next: undefined };
    },
  };
}
