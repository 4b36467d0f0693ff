import * as z from 'zod/mini';
import type { AuditEntry } from '../audit/audit-event.ts';
import { priceOverrides } from './price-overrides.ts';

/** All of the operator's prices, as they are kept: in one record, so that a data plane reads them at once. */
export const pricesRecord = z.object({
  schemaVersion: z.literal(1),
  /** Raised by every change. */
  version: z.int(),
  overrides: priceOverrides,
});
export type PricesRecord = Readonly<z.infer<typeof pricesRecord>>;

export const noPricesYet: PricesRecord = { schemaVersion: 1, version: 0, overrides: {} };

/** Where the operator's prices are kept. Both throw GatewayFault `service_unavailable`. */
export interface PriceStore {
  readPrices(): Promise<PricesRecord>;
  /** Record and event together, or neither: `outdated` where others have changed the prices meanwhile. */
  writePrices(change: {
    readonly before: PricesRecord;
    readonly after: PricesRecord;
    readonly entry: AuditEntry;
  }): Promise<'committed' | 'outdated'>;
}
