import { type HourRecord, hourRecord } from '../domain/usage/hour-record.ts';
import { expiryOf } from '../domain/usage/hours.ts';
import type { UsageEntry, UsageRange } from '../domain/usage/usage-reader.ts';
import { createTally, rowOf, type Tally, type UsageRow } from '../domain/usage/usage-row.ts';
import type { HourItems } from './hour-items.ts';
import { hourKey, REQUEST_SHARDS, requestMinutePrefix } from './item-keys.ts';
import { readRecord } from './read-record.ts';
import { LAST, loggedPages, type UsageTableClient, unloggedPages } from './request-partition.ts';

const MINUTE_MS = 60_000;
const shards = Array.from({ length: REQUEST_SHARDS }, (_, shard) => shard);

export interface HourQuery extends Pick<UsageRange, 'by' | 'retention'> {
  /** Within the hour; both are the beginnings of minutes, the last one's is not included. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Usage by the minute or hour in which it began, added up. */
class Sums {
  private readonly tallies = new Map<number, Tally>();

  add(atMs: number, row: UsageRow): void {
    const tally = this.tallies.get(atMs) ?? createTally();
    this.tallies.set(atMs, tally);
    tally.add(row);
  }

  entries(): readonly UsageEntry[] {
    return [...this.tallies].flatMap(([atMs, tally]) => tally.take().map((row) => ({ atMs, row })));
  }
}

interface Reading {
  readonly usage: UsageTableClient;
  readonly hour: HourItems;
  readonly query: HourQuery;
  readonly sums: Sums;
}

async function addLogged({ usage, hour, query, sums }: Reading, shard: number): Promise<void> {
  const between = [requestMinutePrefix(query.fromMs), requestMinutePrefix(query.toMs - MINUTE_MS) + LAST] as const;
  for await (const page of loggedPages(usage, { hour, shard, between })) {
    for (const { record } of page) {
      const atMs = query.by === 'hour' ? hour.hourMs : Math.floor(record.startedAtMs / MINUTE_MS) * MINUTE_MS;
      sums.add(atMs, rowOf(record));
    }
  }
}

async function addUnlogged({ usage, hour, sums }: Reading, shard: number): Promise<void> {
  for await (const page of unloggedPages(usage, { hour, shard })) {
    for (const { record } of page) sums.add(hour.hourMs, rowOf(record));
  }
}

/** Under zero logging no minute is known, so that they count in the first. */
function hasFirstMinute({ hourMs }: HourItems, { fromMs }: HourQuery): boolean {
  return fromMs <= hourMs;
}

async function fromRecords(usage: UsageTableClient, hour: HourItems, query: HourQuery) {
  const reading = { usage, hour, query, sums: new Sums() };
  const withUnlogged = hasFirstMinute(hour, query);
  if (withUnlogged) for (const row of hour.sums) reading.sums.add(hour.hourMs, row);
  await Promise.all([
    ...shards.map((shard) => addLogged(reading, shard)),
    ...(withUnlogged && hour.state.hasUnlogged ? shards.map((shard) => addUnlogged(reading, shard)) : []),
  ]);
  const after: HourRecord | undefined = await readRecord(usage, hourKey(hour), hourRecord);
  return after?.folds === hour.state.folds ? reading.sums.entries() : 'moved';
}

function fromParts(hour: HourItems, query: HourQuery) {
  const { folded } = hour.state;
  if (folded === undefined || !hasFirstMinute(hour, query)) return [];
  const folds = new Set(folded.map(({ fold }) => fold));
  const parts = hour.parts.filter(({ fold }) => folds.has(fold));
  if (parts.length !== folded.reduce((sum, run) => sum + run.parts, 0)) return 'moved';
  return [...parts.flatMap(({ rows }) => rows), ...hour.sums].map((row) => ({ atMs: hour.hourMs, row }));
}

/**
 * What the hour came to: from its parts where it is folded, else from its records. `moved`: a fold was at work meanwhile, so
 * that what was read may be counted twice, or not at all.
 */
export async function readHourUsage(
  usage: UsageTableClient,
  hour: HourItems,
  query: HourQuery,
  nowSeconds: number,
): Promise<readonly UsageEntry[] | 'moved'> {
  const { foldAfter, folded, requestRecordDays } = hour.state;
  const recordDays = Math.min(requestRecordDays, query.retention.requestRecordDays);
  const hasRecords = folded === undefined || expiryOf(hour.hourMs, recordDays) > nowSeconds;
  const needsRecords = foldAfter !== undefined || query.by === 'minute';
  return hasRecords && needsRecords ? fromRecords(usage, hour, query) : fromParts(hour, query);
}
