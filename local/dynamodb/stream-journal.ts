import { EventEmitter, once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { Level, LevelOperation } from 'dynalite/db/index.js';
import * as z from 'zod';
import type { Change } from './store-view.ts';
import { type Actor, buildStreamRecord, type StreamRecord, streamRecord } from './stream-record.ts';
import type { StreamViewType } from './table-definition.ts';

export interface StreamPosition {
  readonly table: string;
  /** Records after this SequenceNumber; undefined = from the oldest that is kept. */
  readonly afterSequence: string | undefined;
}

/** The streams of the tables, for a consumer that lives in the same process. */
export interface Streams {
  /** The next records of a table, oldest first; none where there is nothing yet. */
  read(position: StreamPosition & { readonly limit: number }): Promise<StreamRecord[]>;
  /** Resolves when `read` would return something; rejects with an AbortError when the signal says so. */
  waitForMore(table: string, afterSequence: string | undefined, signal: AbortSignal): Promise<void>;
  /** The SequenceNumber that a consumer has committed; undefined at first. Asking makes the consumer known: see `trim`. */
  checkpoint(consumer: string, table: string): Promise<string | undefined>;
  /** Remembers, durably, that a consumer is done with all records up to and including this one. */
  commit(consumer: string, table: string, sequence: string): Promise<void>;
}

export interface JournalOptions {
  readonly db: Level;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly views: ReadonlyMap<string, StreamViewType>;
}

const retentionMs = 24 * 60 * 60 * 1000;
const lastSequenceKey = 'journal-sequence~';
const start = '';
const checkpointSchema = z.string();

const recordsOf = (table: string) => `journal-record~${table}~`;
const checkpointsOf = (table: string) => `journal-consumer~${table}~`;
const everything = (prefix: string) => ({ gte: prefix, lt: `${prefix}\xFF` });

/**
 * Records lie in the same LevelDB as the items, and go there in the same batch as the change that they tell of: one is
 * never there without the other. Numbers are given in the order in which batches are written, and a record can be read
 * only once every earlier one is stored, so no reader can step over one.
 */
export class StreamJournal implements Streams {
  readonly #options: JournalOptions;
  readonly #startedAtMs: number;
  readonly #newest = new Map<string, string>();
  readonly #grown = new EventEmitter().setMaxListeners(0);
  #sequence: number;

  private constructor(options: JournalOptions, sequence: number) {
    this.#options = options;
    this.#sequence = sequence;
    this.#startedAtMs = options.now();
  }

  static async open(options: JournalOptions): Promise<StreamJournal> {
    const stored = z
      .number()
      .optional()
      .parse(await options.db.get(lastSequenceKey));
    const journal = new StreamJournal(options, stored ?? 0);
    for (const table of options.views.keys()) {
      const [last] = await options.db.keys({ ...everything(recordsOf(table)), reverse: true, limit: 1 }).all();
      if (last !== undefined) journal.#newest.set(table, last.slice(recordsOf(table).length));
    }
    return journal;
  }

  /**
   * The records of these changes, to be committed with them and before anything that is numbered later; `reveal` them
   * when they are stored. A write that changes nothing makes no record, as with the service.
   */
  append(changes: readonly Change[], actor: Actor): { operations: LevelOperation[]; reveal: () => void } {
    const operations: LevelOperation[] = [];
    const newest = new Map<string, string>();
    for (const { table, before, after } of changes) {
      const view = this.#options.views.get(table.TableName);
      if (view === undefined || isDeepStrictEqual(plain(before), plain(after))) continue;
      this.#sequence += 1;
      const sequenceNumber = String(this.#sequence).padStart(21, '0');
      const record = buildStreamRecord(
        { table: table.TableName, keyNames: table.KeySchema.map((key) => key.AttributeName), before, after },
        {
          view,
          sequenceNumber,
          region: this.#options.region,
          epochSeconds: Math.floor(this.#options.now() / 1000),
          actor,
        },
      );
      operations.push({ type: 'put', key: recordsOf(table.TableName) + sequenceNumber, value: record });
      newest.set(table.TableName, sequenceNumber);
    }
    // Kept apart from the records: when all of those are trimmed, numbers must still go on from here.
    if (operations.length > 0) operations.push({ type: 'put', key: lastSequenceKey, value: this.#sequence });
    return { operations, reveal: () => this.#reveal(newest) };
  }

  #reveal(newest: ReadonlyMap<string, string>): void {
    for (const [table, sequence] of newest) {
      this.#newest.set(table, sequence);
      this.#grown.emit(table);
    }
  }

  async read({ table, afterSequence = start, limit }: StreamPosition & { limit: number }): Promise<StreamRecord[]> {
    const prefix = recordsOf(table);
    const newest = this.#newest.get(table);
    if (newest === undefined || newest <= afterSequence) return [];
    const stored = await this.#options.db.values({ gt: prefix + afterSequence, lte: prefix + newest, limit }).all();
    return stored.map((record) => streamRecord.parse(record));
  }

  async waitForMore(table: string, afterSequence: string | undefined, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while ((this.#newest.get(table) ?? start) <= (afterSequence ?? start)) await once(this.#grown, table, { signal });
  }

  async checkpoint(consumer: string, table: string): Promise<string | undefined> {
    const key = checkpointsOf(table) + consumer;
    const stored = checkpointSchema.optional().parse(await this.#options.db.get(key));
    if (stored === undefined) await this.#options.db.put(key, start);
    return stored || undefined;
  }

  async commit(consumer: string, table: string, sequence: string): Promise<void> {
    await this.#options.db.put(checkpointsOf(table) + consumer, sequence);
  }

  /**
   * Removes the records that every known consumer of the table has committed, and those older than 24 h. The 24 h count
   * only while the journal is open: the service's consumers never sleep, a laptop's do, and must find what they missed.
   */
  async trim(): Promise<void> {
    const { db, now, views } = this.#options;
    const oldestMs = now() - retentionMs;
    for (const table of views.keys()) {
      const prefix = recordsOf(table);
      const positions = z.array(checkpointSchema).parse(await db.values(everything(checkpointsOf(table))).all());
      const committed = positions.toSorted()[0] ?? start;
      if (committed !== start) await db.clear({ gte: prefix, lte: prefix + committed });
      if (oldestMs >= this.#startedAtMs) await this.#trimOlderThan(prefix, oldestMs);
      await this.#forgetNewestIfTrimmed(table);
    }
  }

  /** Else a consumer that is behind would be told that there is more, and find nothing, for ever. */
  async #forgetNewestIfTrimmed(table: string): Promise<void> {
    const newest = this.#newest.get(table);
    const [left] = await this.#options.db.keys({ ...everything(recordsOf(table)), limit: 1 }).all();
    if (left === undefined && this.#newest.get(table) === newest) this.#newest.delete(table);
  }

  async #trimOlderThan(prefix: string, oldestMs: number): Promise<void> {
    const { db } = this.#options;
    const stored = await db.iterator({ ...everything(prefix), limit: 1000 }).all();
    const expired = stored.filter(([, value]) => {
      return streamRecord.parse(value).dynamodb.ApproximateCreationDateTime * 1000 < oldestMs;
    });
    await db.batch(expired.map(([key]) => ({ type: 'del', key })));
  }
}

/** Items that dynalite has built have no prototype, stored ones do; only their content is to be compared. */
function plain(item: object | undefined): unknown {
  return item === undefined ? undefined : JSON.parse(JSON.stringify(item));
}
