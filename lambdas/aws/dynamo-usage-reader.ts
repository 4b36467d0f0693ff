import { GatewayFault } from '../domain/errors.ts';
import { expiryOf, hourOf, nextHour } from '../domain/usage/hours.ts';
import type { UsageEntry, UsageReader } from '../domain/usage/usage-reader.ts';
import { type HourItems, readHourItems } from './hour-items.ts';
import { type HourQuery, readHourUsage } from './hour-usage.ts';
import type { UsageTableClient } from './request-partition.ts';

export interface DynamoUsageReaderOptions extends UsageTableClient {
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** A fold moves an hour a few times in its life, long after its end: once is hardly ever met with. */
const MAX_ATTEMPTS = 5;

export function createDynamoUsageReader({ now, ...usage }: DynamoUsageReaderOptions): UsageReader {
  const nowSeconds = () => Math.floor(now() / 1000);

  async function findHour({ accountId, hourMs }: HourItems): Promise<HourItems | undefined> {
    const query = { accountId, firstMs: hourMs, lastMs: hourMs, nowSeconds: nowSeconds() };
    for await (const hour of readHourItems(usage, query)) return hour;
    return undefined;
  }

  async function readHour(found: HourItems, query: HourQuery): Promise<readonly UsageEntry[]> {
    let hour: HourItems | undefined = found;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      if (hour === undefined) return [];
      const entries = await readHourUsage(usage, hour, query, nowSeconds());
      if (entries !== 'moved') return entries;
      hour = await findHour(hour);
    }
    throw new GatewayFault('service_unavailable', { cause: new Error('an hour that does not stand still') });
  }

  return {
    async *readHours({ accountId, by, retention, fromMs, toMs }) {
      const range = { accountId, firstMs: hourOf(fromMs), lastMs: hourOf(toMs - 1), nowSeconds: nowSeconds() };
      for await (const hour of readHourItems(usage, range)) {
        const { hourMs } = hour;
        if (expiryOf(hourMs, retention.usageDays) <= nowSeconds()) continue;
        const bounds = { fromMs: Math.max(fromMs, hourMs), toMs: Math.min(toMs, nextHour(hourMs)) };
        yield { hourMs, entries: await readHour(hour, { by, retention, ...bounds }) };
      }
    },
  };
}
