import batchGetItem from 'dynalite/actions/batchGetItem.js';
import batchWriteItem from 'dynalite/actions/batchWriteItem.js';
import createTable from 'dynalite/actions/createTable.js';
import deleteItem from 'dynalite/actions/deleteItem.js';
import deleteTable from 'dynalite/actions/deleteTable.js';
import describeTable from 'dynalite/actions/describeTable.js';
import getItem from 'dynalite/actions/getItem.js';
import listTables from 'dynalite/actions/listTables.js';
import listTagsOfResource from 'dynalite/actions/listTagsOfResource.js';
import putItem from 'dynalite/actions/putItem.js';
import query from 'dynalite/actions/query.js';
import scan from 'dynalite/actions/scan.js';
import tagResource from 'dynalite/actions/tagResource.js';
import untagResource from 'dynalite/actions/untagResource.js';
import updateItem from 'dynalite/actions/updateItem.js';
import type { Callback, ItemStore } from 'dynalite/db/index.js';
import * as batchGetItemRules from 'dynalite/validations/batchGetItem.js';
import * as batchWriteItemRules from 'dynalite/validations/batchWriteItem.js';
import * as createTableRules from 'dynalite/validations/createTable.js';
import * as deleteItemRules from 'dynalite/validations/deleteItem.js';
import * as deleteTableRules from 'dynalite/validations/deleteTable.js';
import * as describeTableRules from 'dynalite/validations/describeTable.js';
import * as getItemRules from 'dynalite/validations/getItem.js';
import type { Custom, Request, Types } from 'dynalite/validations/index.js';
import * as listTablesRules from 'dynalite/validations/listTables.js';
import * as listTagsOfResourceRules from 'dynalite/validations/listTagsOfResource.js';
import * as putItemRules from 'dynalite/validations/putItem.js';
import * as queryRules from 'dynalite/validations/query.js';
import * as scanRules from 'dynalite/validations/scan.js';
import * as tagResourceRules from 'dynalite/validations/tagResource.js';
import * as untagResourceRules from 'dynalite/validations/untagResource.js';
import * as updateItemRules from 'dynalite/validations/updateItem.js';

/** One of dynalite's operations: its action, and the rules that its input must pass first. */
export interface DynaliteOperation {
  readonly run: (store: ItemStore, data: Request, done: Callback<object>) => void;
  readonly rules: { readonly types: Types; readonly custom?: Custom | undefined };
}

/** Reads of items: any number at once, beside writes. */
export const readOperations = {
  BatchGetItem: { run: batchGetItem, rules: batchGetItemRules },
  GetItem: { run: getItem, rules: getItemRules },
  Query: { run: query, rules: queryRules },
  Scan: { run: scan, rules: scanRules },
} as const satisfies Record<string, DynaliteOperation>;

/** Writes of items: planned by dynalite, applied by our own write path. */
export const writeOperations = {
  BatchWriteItem: { run: batchWriteItem, rules: batchWriteItemRules },
  DeleteItem: { run: deleteItem, rules: deleteItemRules },
  PutItem: { run: putItem, rules: putItemRules },
  UpdateItem: { run: updateItem, rules: updateItemRules },
} as const satisfies Record<string, DynaliteOperation>;

/** Tables and their tags: dynalite's own, on its own store. */
export const tableOperations = {
  CreateTable: { run: createTable, rules: createTableRules },
  DeleteTable: { run: deleteTable, rules: deleteTableRules },
  DescribeTable: { run: describeTable, rules: describeTableRules },
  ListTables: { run: listTables, rules: listTablesRules },
  ListTagsOfResource: { run: listTagsOfResource, rules: listTagsOfResourceRules },
  TagResource: { run: tagResource, rules: tagResourceRules },
  UntagResource: { run: untagResource, rules: untagResourceRules },
} as const satisfies Record<string, DynaliteOperation>;

export type ReadOperation = keyof typeof readOperations;
export type WriteOperation = keyof typeof writeOperations;
export type TableOperation = keyof typeof tableOperations;
