import type { ChainHead, ChainPlace } from './audit-chain.ts';

/** An event as it lies in its chain, whatever version wrote it. */
export type StoredEvent = Readonly<Record<string, unknown>>;

export interface ReadOrder {
  /** Events behind this place, the oldest first, or else before it, the newest first. @default from either end */
  readonly from?: number | undefined;
  readonly newestFirst: boolean;
}

/** Reads a tenant's chain. Throws GatewayFault. */
export interface AuditLogReader {
  /** In pages, each asked for when the one before has been taken. */
  readEvents(tenant: string, order: ReadOrder): AsyncIterable<readonly StoredEvent[]>;
  /** undefined where the chain has no event. */
  findHead(tenant: string): Promise<ChainHead | undefined>;
  /** By its place; undefined where there is none. */
  findEvent(tenant: string, sequence: ChainPlace['sequence']): Promise<StoredEvent | undefined>;
}
