import { Readable } from 'node:stream';
import {
  type Callback,
  createIndexKey,
  createKey,
  type Item,
  type ItemDb,
  type ItemStore,
  type KeyRange,
  type Store,
  type TableDescription,
} from 'dynalite/db/index.js';
import { AwsError } from '../aws-json/aws-error.ts';

/** One item's way from before to after; undefined where there is none. */
export interface Change {
  readonly table: TableDescription;
  /** dynalite's key of the item within its table. */
  readonly key: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

export interface ViewOptions {
  readonly base: Store;
  readonly tables: ReadonlyMap<string, TableDescription>;
  /** Told what dynalite throws from inside a callback, which would otherwise end the process. */
  readonly fail: (error: unknown) => void;
  /** The ExclusiveStartKey of a query or scan. */
  readonly startKey?: Item | undefined;
}

/**
 * The store that one of dynalite's actions sees: it reads what is stored, and its writes are not done but kept as
 * `changes`. So an action is a plan, several make a transaction, and one batch applies them with all that belongs to them.
 */
export class StoreView implements ItemStore {
  readonly options: ItemStore['options'];
  readonly changes: Change[] = [];
  readonly #view: ViewOptions;
  readonly #seen = new Map<string, Item | undefined>();

  constructor(view: ViewOptions) {
    this.#view = view;
    this.options = view.base.options;
  }

  /** The stored item that a write of one item has met. */
  get met(): Item | undefined {
    return this.#seen.values().next().value;
  }

  getTable(name: string, done: Callback<TableDescription>): void {
    const table = this.#view.tables.get(name);
    if (table === undefined) done(dynaliteError(tableNotFound()));
    else done(null, table);
  }

  getItemDb(table: string): ItemDb {
    const change = (key: string, after: Item | undefined, done: Callback<void>) => {
      const description = this.#view.tables.get(table);
      if (description === undefined) return done(dynaliteError(tableNotFound()));
      this.changes.push({ table: description, key, before: this.#seen.get(`${table}~${key}`), after });
      done(null);
    };
    return {
      // The write path holds the lock of every key that an action may touch, so there is nothing to lock here.
      lock: (_key, run) => run((done) => done),
      get: (key, done) => {
        const see = (item: Item | undefined) => {
          this.#seen.set(`${table}~${key}`, item);
          done(null, item);
        };
        readItem(this.#view.base, table, key).then(see).catch(this.#view.fail);
      },
      put: (key, item, done) => change(key, item, done),
      del: (key, done) => change(key, undefined, done),
      createValueStream: (range) => this.#values(`item-${table}~`, range),
    };
  }

  /** Entries are written from the changes (see index-entries.ts), so an action only ever reads here. */
  getIndexDb(kind: 'local' | 'global', table: string, index: string): IndexDb {
    return {
      put: (_key, _item, done) => done(null),
      del: (_key, done) => done(null),
      createValueStream: (range) =>
        this.#values(`index-${kind.toLowerCase()}~${table}~${index}~`, this.#resume(range, table, index)),
    };
  }

  /** Our index entries end in the item's whole key (see index-entries.ts), so the key to start after must as well. */
  #resume(range: KeyRange, tableName: string, indexName: string): KeyRange {
    const { startKey, tables } = this.#view;
    const table = tables.get(tableName);
    const index = [...(table?.GlobalSecondaryIndexes ?? []), ...(table?.LocalSecondaryIndexes ?? [])].find(
      ({ IndexName }) => IndexName === indexName,
    );
    if (startKey === undefined || table === undefined || index === undefined) return range;
    const cursor = createIndexKey(startKey, table, index.KeySchema);
    const full = cursor + createKey(startKey, table);
    if (range.gt === cursor) return { ...range, gt: full };
    return range.lt === cursor ? { ...range, lt: full } : range;
  }

  #values(prefix: string, range: KeyRange): Readable {
    const { gt, gte, lt, lte, reverse, limit } = range;
    const lower = gte ? { gte: prefix + gte } : gt ? { gt: prefix + gt } : { gte: prefix };
    const upper = lte ? { lte: prefix + lte } : { lt: prefix + (lt || '\xFF') };
    const bounds = {
      ...lower,
      ...upper,
      ...(reverse !== undefined && { reverse }),
      ...(limit !== undefined && { limit }),
    };
    return new ValueStream(this.#view.base.db.values(bounds), this.#view.fail);
  }
}

type IndexDb = Pick<ItemDb, 'put' | 'del' | 'createValueStream'>;

/** Emits stored values; what a listener throws fails the operation instead of the process. */
class ValueStream extends Readable {
  readonly #values: AsyncIterator<unknown>;
  readonly #fail: (error: unknown) => void;

  constructor(values: AsyncIterable<unknown>, fail: (error: unknown) => void) {
    super({ objectMode: true });
    this.#values = values[Symbol.asyncIterator]();
    this.#fail = fail;
  }

  override _read(): void {
    this.#values.next().then(
      ({ done, value }) => this.push(done === true ? null : value),
      (error: unknown) => this.#fail(error),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    void Promise.resolve(this.#values.return?.()).then(() => done(error), done);
  }

  override emit(event: string | symbol, ...values: unknown[]): boolean {
    try {
      return super.emit(event, ...values);
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }
}

function readItem(base: Store, table: string, key: string): Promise<Item | undefined> {
  return new Promise((resolve, reject) => {
    base.getItemDb(table).get(key, (error, item) => (error ? reject(error) : resolve(item)));
  });
}

export function tableNotFound(): AwsError {
  return new AwsError('com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', 'Requested resource not found');
}

/** dynalite hands some errors on only if they look like its own. */
function dynaliteError({ status, body }: AwsError): Error {
  return Object.assign(new Error('refused'), { statusCode: status, body });
}
