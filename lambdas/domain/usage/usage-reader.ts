import type { Retention } from '../accounts/retention.ts';
import type { UsageRow } from './usage-row.ts';

export interface UsageRange {
  readonly accountId: string;
  /** Unix milliseconds: the beginning of a minute, included. */
  readonly fromMs: number;
  /** The same, not included. */
  readonly toMs: number;
  /** How finely usage is told apart. What is no longer known by the minute is that of its hour's first one. */
  readonly by: 'hour' | 'minute';
  /** What the account keeps now: older usage is not there, whether or not it has been deleted yet. */
  readonly retention: Retention;
}

export interface UsageEntry {
  /** The beginning of the hour or minute. */
  readonly atMs: number;
  readonly row: UsageRow;
}

export interface HourUsage {
  readonly hourMs: number;
  readonly entries: readonly UsageEntry[];
}

/** What an account has used. Throws GatewayFault `service_unavailable`. */
export interface UsageReader {
  /** Hour by hour, in order; those without requests are left out. Each holds every record that is there when it is read. */
  readHours(range: UsageRange): AsyncIterable<HourUsage>;
}
