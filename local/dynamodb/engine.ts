import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  create,
  createKey,
  type Item,
  type Level,
  type Store,
  type TableDescription,
  validateItem,
  validateKey,
} from 'dynalite/db/index.js';
import { checkTypes, checkValidations, type Request } from 'dynalite/validations/index.js';
import * as z from 'zod';
import { AwsError } from '../aws-json/aws-error.ts';
import type { JsonObject } from '../aws-json/server.ts';
import {
  type DynaliteOperation,
  type ReadOperation,
  readOperations,
  type TableOperation,
  tableOperations,
  type WriteOperation,
  writeOperations,
} from './dynalite-operations.ts';
import { maxItemBytes, sizeOfItem } from './item-size.ts';
import { type Change, StoreView, tableNotFound } from './store-view.ts';

/** What a write would do, or why it may not; nothing has been written. */
export type WritePlan =
  | { readonly ok: true; readonly result: JsonObject; readonly changes: readonly Change[] }
  | { readonly ok: false; readonly refusal: AwsError; readonly met: Item | undefined };

const dynaliteError = z.object({ statusCode: z.number(), body: z.looseObject({ __type: z.string() }) });
const jsonObject = z.record(z.string(), z.unknown());
const storedTable = z.custom<TableDescription>(
  (value) => z.looseObject({ TableName: z.string() }).safeParse(value).success,
);

const allOperations = { ...readOperations, ...writeOperations, ...tableOperations };

export const region = 'us-east-1';
const accountId = '000000000000';

/**
 * dynalite as a library: its rules, expressions and actions over its LevelDB. Its HTTP server is not used, as that ends
 * the process when a client hangs up or an action throws.
 */
export class Engine {
  readonly db: Level;
  readonly #store: Store;
  readonly #tables = new Map<string, TableDescription>();

  private constructor(store: Store) {
    this.#store = store;
    this.db = store.db;
  }

  /** Opens (or creates) the store at `path`. A store that another process has open is an error that says so. */
  static async open(path: string): Promise<Engine> {
    const store = create({ path, createTableMs: 0, deleteTableMs: 0, maxItemSizeKb: maxItemBytes / 1024 });
    Object.assign(store.tableDb, { awsRegion: region, awsAccountId: accountId });
    try {
      await store.db.open();
    } catch (cause) {
      throw new Error(`The tables in ${path} cannot be opened; another process may be using them.`, { cause });
    }
    const engine = new Engine(store);
    await engine.#loadTables();
    return engine;
  }

  get tables(): ReadonlyMap<string, TableDescription> {
    return this.#tables;
  }

  /** Throws ResourceNotFoundException for a table that is not there. */
  table(name: string): TableDescription {
    const table = this.#tables.get(name);
    if (table === undefined) throw tableNotFound();
    return table;
  }

  /** dynalite's key of the item that a request names; throws ValidationException where it does not fit the table. */
  keyOf(table: TableDescription, { Key, Item }: Pick<Request, 'Key' | 'Item'>): string {
    const image = Key ?? Item ?? {};
    const invalid = Key === undefined ? validateItem(image, table) : validateKey(image, table);
    if (invalid) throw refusalOf(invalid);
    return createKey(image, table);
  }

  /** The input as dynalite understands it; throws what the service answers to malformed input. */
  validate(operation: ReadOperation | WriteOperation | TableOperation, input: JsonObject): Request {
    return validateBy(allOperations[operation].rules, input, this.#store);
  }

  async read(operation: ReadOperation, data: Request): Promise<JsonObject> {
    const { promise } = this.#run(readOperations[operation], data);
    return promise.catch(rethrowRefusal);
  }

  /** The caller must hold the locks of all keys that `data` names, from here until the changes are applied. */
  async planWrite(operation: WriteOperation, data: Request): Promise<WritePlan> {
    const { promise, view } = this.#run(writeOperations[operation], data);
    try {
      const result = await promise;
      const tooLarge = view.changes.some(({ after }) => after !== undefined && sizeOfItem(after) > maxItemBytes);
      if (!tooLarge)
        return { ok: true, result, changes: view.changes.filter((change) => change.before ?? change.after) };
      const what = operation === 'UpdateItem' ? 'Item size to update' : 'Item size';
      return { ok: false, refusal: validationError(`${what} has exceeded the maximum allowed size`), met: view.met };
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      return { ok: false, refusal, met: view.met };
    }
  }

  async administer(operation: TableOperation, input: JsonObject): Promise<JsonObject> {
    const data = this.validate(operation, input);
    const action = tableOperations[operation];
    const { promise, resolve, reject } = Promise.withResolvers<object>();
    // dynalite answers an empty string where there is nothing to say.
    action.run(this.#store, data, (error, result) => (error ? reject(error) : resolve(result || {})));
    const answer = jsonObject.parse(structuredClone(await promise.catch(rethrowRefusal)));
    if (operation === 'CreateTable' || operation === 'DeleteTable') await this.#untilSettled(data.TableName ?? '');
    if (operation === 'CreateTable') this.#remember(answer['TableDescription']);
    if (operation === 'DeleteTable' && data.TableName !== undefined) this.#tables.delete(data.TableName);
    return answer;
  }

  /** Writes a table's description as it is to be from now on; the caller has seen to its index entries. */
  async describe(table: TableDescription): Promise<void> {
    await this.db.put(`table~${table.TableName}`, table);
    this.#remember(table);
  }

  async close(): Promise<void> {
    await this.db.close();
  }

  /** A crash may have cut short a table's creation, which lacks its state alone, or its deletion, which is done again. */
  async #loadTables(): Promise<void> {
    for (const value of await this.db.values({ gte: 'table~', lt: 'table~\xFF' }).all()) {
      const table = storedTable.parse(value);
      if (table.TableStatus !== 'ACTIVE') await this.describe({ ...table, TableStatus: 'ACTIVE' });
      this.#remember(table);
      if (table.TableStatus === 'DELETING') await this.administer('DeleteTable', { TableName: table.TableName });
    }
  }

  /** dynalite finishes these a moment after it has answered, which must not meet what a caller does next. */
  async #untilSettled(name: string): Promise<void> {
    while (true) {
      const stored = await this.db.get(`table~${name}`);
      if (stored === undefined || storedTable.parse(stored).TableStatus === 'ACTIVE') return;
      await nextTurn();
    }
  }

  #remember(description: unknown): void {
    const table = storedTable.parse(description);
    this.#tables.set(table.TableName, { ...table, TableStatus: 'ACTIVE' });
  }

  #run(operation: DynaliteOperation, data: Request): { promise: Promise<JsonObject>; view: StoreView } {
    const { promise, resolve, reject } = Promise.withResolvers<object>();
    const view = new StoreView({
      base: this.#store,
      tables: this.#tables,
      fail: reject,
      startKey: data.ExclusiveStartKey,
    });
    try {
      operation.run(view, data, (error, result) => (error ? reject(error) : resolve(result || {})));
    } catch (error) {
      reject(error);
    }
    return { promise: promise.then((result) => ({ ...result })), view };
  }
}

function validateBy(rules: DynaliteOperation['rules'], input: JsonObject, store: Store): Request {
  try {
    const data = checkTypes(input, rules.types);
    checkValidations(data, rules.types, rules.custom, store);
    return data;
  } catch (error) {
    return rethrowRefusal(error);
  }
}

function rethrowRefusal(error: unknown): never {
  throw refusalOf(error) ?? error;
}

function refusalOf(error: unknown): AwsError | undefined {
  const parsed = dynaliteError.safeParse(error);
  if (!parsed.success) return undefined;
  const { __type, message, ...fields } = parsed.data.body;
  const text = typeof message === 'string' ? message : null;
  return new AwsError(__type, text, { status: parsed.data.statusCode, fields });
}

export function validationError(message: string): AwsError {
  return new AwsError('com.amazon.coral.validate#ValidationException', message);
}

/** The service's own errors, as against those of its protocol. */
export function dynamoError(name: string, message: string, fields: object = {}): AwsError {
  return new AwsError(`com.amazonaws.dynamodb.v20120810#${name}`, message, { fields });
}
