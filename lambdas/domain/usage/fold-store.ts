import type { LoggedRecord, UnloggedRecord } from '../limits/request-record.ts';
import type { HourRecord } from './hour-record.ts';
import type { UsageRow } from './usage-row.ts';

export interface DueHour {
  readonly accountId: string;
  readonly hourMs: number;
}

/** An hour that is being folded: what is done to it fails once it has been marked anew, as a record may have come. */
export interface ClaimedHour extends DueHour {
  /** As it was when it was claimed. */
  readonly state: HourRecord;
  /** Of this claim alone, and so are the parts that are written under it. */
  readonly fold: number;
}

/** A page of an hour's records. */
export interface RecordPage {
  readonly records: readonly LoggedRecord[];
  /** Where the next one begins; the same for whoever asks, and whenever. */
  readonly after: string;
}

/**
 * What the fold of hours reads and writes. Any number of folds may have the same hour; those that come too late are told so
 * by `false`, and nothing is done. Throws GatewayFault `service_unavailable`.
 */
export interface FoldStore {
  /** Hours that may be folded by now. It may lag: what it lacks it gives the next time. */
  due(nowMs: number): AsyncIterable<DueHour>;
  /** Undefined where it is folded already, or is not due after all. */
  claim(hour: DueHour, nowMs: number): Promise<ClaimedHour | undefined>;
  /** All that are not under zero logging, always in the same order, from where `after` says. */
  readRecords(hour: ClaimedHour, after: string | undefined): AsyncIterable<RecordPage>;
  readUnlogged(hour: ClaimedHour): AsyncIterable<readonly UnloggedRecord[]>;
  /** Takes the records away and adds them to the sums of their keys, all of it at once or nothing. */
  absorb(hour: ClaimedHour, records: readonly UnloggedRecord[]): Promise<boolean>;
  /** Writes one part of what the hour came to. It counts once the hour is closed with it. */
  putPart(hour: ClaimedHour, part: number, rows: readonly UsageRow[]): Promise<void>;
  /** Keeps what there is for a later run to go on with. */
  suspend(hour: ClaimedHour, progress: NonNullable<HourRecord['progress']>): Promise<boolean>;
  /** From now on, those parts are what the hour came to. Without any: those that it had, if it had any. */
  close(hour: ClaimedHour, folded: HourRecord['folded']): Promise<boolean>;
}
