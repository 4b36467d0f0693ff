// What some requests of one key and one model came to. Everything that is counted is a sum, so rows of the same key and model
// add up to one, in whatever order.
import * as z from 'zod/mini';
import { isLogged, type RequestRecord } from '../limits/request-record.ts';

/** In the order in which they are stored: a new one is appended. */
const counters = [
  'requests',
  'amountNano',
  'inputTokens',
  'cachedInputTokens',
  'cacheWriteTokens',
  'audioInputTokens',
  'outputTokens',
  'audioOutputTokens',
] as const;
export type UsageCounts = Readonly<Record<(typeof counters)[number], number>>;

export interface UsageRow extends UsageCounts {
  readonly keyId: string;
  readonly provider: string;
  /** The provider's own name of it. */
  readonly model: string;
}

export const noUsage: UsageCounts = {
  requests: 0,
  amountNano: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  audioInputTokens: 0,
  outputTokens: 0,
  audioOutputTokens: 0,
};

/** In place of a provider and a model, where zero logging leaves both out. */
export const UNLOGGED = 'unlogged';

/** A request that was never forwarded is none, and costs nothing. Under zero logging, only the amount tells. */
export function rowOf(record: RequestRecord): UsageRow {
  const { keyId, amountNano } = record;
  if (!isLogged(record)) return unloggedRow(keyId, { requests: amountNano > 0 ? 1 : 0, amountNano });
  const { provider, model, inputTokens, cachedInputTokens, cacheWriteTokens = 0, audioInputTokens = 0 } = record;
  const { outputTokens, audioOutputTokens = 0 } = record;
  return {
    keyId,
    provider,
    model,
    requests: record.status === 'not_forwarded' ? 0 : 1,
    amountNano,
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    audioInputTokens,
    outputTokens,
    audioOutputTokens,
  };
}

export function unloggedRow(keyId: string, counts: Pick<UsageCounts, 'requests' | 'amountNano'>): UsageRow {
  return { ...noUsage, keyId, provider: UNLOGGED, model: UNLOGGED, ...counts };
}

export function addCounts(one: UsageCounts, other: UsageCounts): UsageCounts {
  return {
    requests: one.requests + other.requests,
    amountNano: one.amountNano + other.amountNano,
    inputTokens: one.inputTokens + other.inputTokens,
    cachedInputTokens: one.cachedInputTokens + other.cachedInputTokens,
    cacheWriteTokens: one.cacheWriteTokens + other.cacheWriteTokens,
    audioInputTokens: one.audioInputTokens + other.audioInputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    audioOutputTokens: one.audioOutputTokens + other.audioOutputTokens,
  };
}

const packedRows = z.array(z.tuple([z.string(), z.string(), z.string()], z.int().check(z.gte(0))));

/** As one text: a table of them would be several times as large, and as slow to read. */
export function packRows(rows: readonly UsageRow[]): string {
  return JSON.stringify(rows.map((row) => [row.keyId, row.provider, row.model, ...counters.map((name) => row[name])]));
}

/** Throws for what `packRows` did not write, be it by an older version. */
export function unpackRows(text: string): readonly UsageRow[] {
  return z.parse(packedRows, JSON.parse(text)).map(([keyId, provider, model, ...counts]) => ({
    keyId,
    provider,
    model,
    ...noUsage,
    ...Object.fromEntries(counters.map((name, index) => [name, counts[index] ?? 0])),
  }));
}

/** Adds rows up by key and model. */
export interface Tally {
  readonly size: number;
  add(row: UsageRow): void;
  /** All that was added since, in the order in which they first came; the tally is empty then. */
  take(): readonly UsageRow[];
}

export function createTally(): Tally {
  const sums = new Map<string, UsageRow>();
  return {
    get size() {
      return sums.size;
    },
    add(row) {
      const { keyId, provider, model, requests, amountNano } = row;
      if (requests === 0 && amountNano === 0) return;
      const name = `${keyId} ${provider} ${model}`;
      const sum = sums.get(name);
      sums.set(name, sum === undefined ? row : { keyId, provider, model, ...addCounts(sum, row) });
    },
    take() {
      const rows = [...sums.values()];
      sums.clear();
      return rows;
    },
  };
}
