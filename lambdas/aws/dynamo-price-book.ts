import type { PriceBook } from '../domain/pricing/price-book.ts';
import { noPrices, toPriceList } from '../domain/pricing/price-list.ts';
import { noPricesYet, type PricesRecord, pricesRecord } from '../domain/pricing/price-store.ts';
import { createExpiringCache } from './expiring-cache.ts';
import { pricesKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import { readRecord } from './read-record.ts';

/** A change is in force within half a minute; while the store is away the last prices hold, for five minutes at most. */
const CACHE = { freshMs: 30_000, hardEndMs: 300_000, retryMs: 5_000, maxEntries: 1 } as const;

export interface PricesTable {
  readonly client: JsonClient;
  /** The `keys` table. */
  readonly table: string;
}

export async function readPricesRecord(options: PricesTable): Promise<PricesRecord> {
  return (await readRecord(options, pricesKey(), pricesRecord)) ?? noPricesYet;
}

/** One consistent read for all prices, kept for half a minute per instance. `now`: Unix milliseconds. */
export function createDynamoPriceBook({ now, ...options }: PricesTable & { readonly now: () => number }): PriceBook {
  const load = async () => toPriceList((await readPricesRecord(options)).overrides);
  const { get } = createExpiringCache({ load, now, ...CACHE });
  return { readPrices: async () => (await get('prices')) ?? noPrices };
}
