// What is used of dynalite 4.0.0, pinned exactly: it is driven as a library, so its own HTTP server is not here.

declare module 'dynalite/db/index.js' {
  export type AttributeValue = Readonly<Record<string, unknown>>;
  export type Item = Readonly<Record<string, AttributeValue>>;
  export type Callback<Result> = (error: unknown, result?: Result) => void;

  export interface KeySchemaElement {
    readonly AttributeName: string;
    readonly KeyType: string;
  }

  export interface IndexDescription {
    readonly IndexName: string;
    readonly KeySchema: readonly KeySchemaElement[];
    readonly Projection: { readonly ProjectionType: string; readonly NonKeyAttributes?: readonly string[] };
  }

  export interface TableDescription {
    readonly TableName: string;
    readonly TableStatus: string;
    readonly KeySchema: readonly KeySchemaElement[];
    readonly AttributeDefinitions: readonly { readonly AttributeName: string; readonly AttributeType: string }[];
    readonly GlobalSecondaryIndexes?: readonly IndexDescription[];
    readonly LocalSecondaryIndexes?: readonly IndexDescription[];
  }

  export interface KeyRange {
    readonly gt?: string;
    readonly gte?: string;
    readonly lt?: string;
    readonly lte?: string;
    readonly reverse?: boolean;
    readonly limit?: number;
  }

  export type LevelOperation =
    | { readonly type: 'put'; readonly key: string; readonly value: unknown }
    | { readonly type: 'del'; readonly key: string };

  /** LevelDB with JSON values. A batch is one record of its log: after a crash all of it is there, or nothing. */
  export interface Level {
    open(): Promise<void>;
    close(): Promise<void>;
    get(key: string): Promise<unknown>;
    put(key: string, value: unknown): Promise<void>;
    batch(operations: readonly LevelOperation[]): Promise<void>;
    clear(range: KeyRange): Promise<void>;
    keys(range: KeyRange): { all(): Promise<string[]> };
    values(range: KeyRange): AsyncIterable<unknown> & { all(): Promise<unknown[]> };
    iterator(range: KeyRange): { all(): Promise<[string, unknown][]> };
  }

  export interface ItemDb {
    lock(key: string, run: (release: <Result>(done: Callback<Result>) => Callback<Result>) => void): void;
    get(key: string, done: Callback<Item>): void;
    put(key: string, item: Item, done: Callback<void>): void;
    del(key: string, done: Callback<void>): void;
    createValueStream(range: KeyRange): NodeJS.ReadableStream;
  }

  /** What the actions on items ask of a store. */
  export interface ItemStore {
    readonly options: { readonly maxItemSize: number };
    getTable(name: string, done: Callback<TableDescription>): void;
    getItemDb(table: string): ItemDb;
    getIndexDb(kind: 'local' | 'global', table: string, index: string): Pick<ItemDb, 'createValueStream'>;
  }

  export interface Store extends ItemStore {
    readonly db: Level;
    readonly tableDb: { awsRegion: string; awsAccountId: string };
  }

  export interface Options {
    readonly path: string;
    readonly createTableMs: number;
    readonly deleteTableMs: number;
    readonly maxItemSizeKb: number;
  }

  export function create(options: Options): Store;
  export function createKey(item: Item, table: TableDescription): string;
  export function createIndexKey(item: Item, table: TableDescription, keys: readonly KeySchemaElement[]): string;
  export function validateKey(key: Item, table: TableDescription): Error | null | undefined;
  export function validateItem(item: Item, table: TableDescription): Error | null | undefined;
  export function getIndexActions(
    indexes: readonly IndexDescription[],
    before: Item | undefined,
    after: Item | undefined,
    table: TableDescription,
  ): {
    readonly puts: readonly { readonly index: string; readonly key: string; readonly item: Item }[];
    readonly deletes: readonly { readonly index: string; readonly key: string }[];
  };
}

declare module 'dynalite/validations/index.js' {
  import type { Item, ItemStore } from 'dynalite/db/index.js';

  /** A request whose types dynalite has checked; what it does not know is gone. */
  export interface Request {
    readonly TableName?: string;
    readonly IndexName?: string;
    readonly Key?: Item;
    readonly Item?: Item;
    readonly ExclusiveStartKey?: Item;
    readonly RequestItems?: Readonly<Record<string, readonly WriteRequest[]>>;
  }

  interface WriteRequest {
    readonly PutRequest?: { readonly Item: Item };
    readonly DeleteRequest?: { readonly Key: Item };
  }

  export type Types = Readonly<Record<string, unknown>>;
  export type Custom = (data: Request, store: ItemStore) => string | undefined;

  export function checkTypes(input: Readonly<Record<string, unknown>>, types: Types): Request;
  export function checkValidations(data: Request, types: Types, custom: Custom | undefined, store: ItemStore): void;
}

declare module 'dynalite/validations/*.js' {
  import type { Custom, Types } from 'dynalite/validations/index.js';

  export const types: Types;
  export const custom: Custom;
}

declare module 'dynalite/actions/*.js' {
  import type { Callback, ItemStore } from 'dynalite/db/index.js';
  import type { Request } from 'dynalite/validations/index.js';

  const action: (store: ItemStore, data: Request, done: Callback<object>) => void;
  export = action;
}
