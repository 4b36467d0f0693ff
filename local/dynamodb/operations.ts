import type { JsonObject } from '../aws-json/server.ts';
import type { Engine } from './engine.ts';
import type { TimeToLive } from './time-to-live.ts';
import type { Transactions } from './transactions.ts';
import type { WritePath } from './write-path.ts';

/** By the name that the protocol has for it. */
export type Operations = ReadonlyMap<string, (input: JsonObject) => Promise<object>>;

interface Parts {
  readonly engine: Engine;
  readonly writes: WritePath;
  readonly timeToLive: TimeToLive;
  readonly transactions: Transactions;
}

const reads = ['GetItem', 'BatchGetItem', 'Query', 'Scan'] as const;
const writesOfOne = ['PutItem', 'UpdateItem', 'DeleteItem'] as const;
const administration = [
  'CreateTable',
  'DeleteTable',
  'DescribeTable',
  'ListTables',
  'ListTagsOfResource',
  'TagResource',
  'UntagResource',
] as const;

/** All that the front answers; every other operation is unknown. */
export function operationsOf({ engine, writes, timeToLive, transactions }: Parts): Operations {
  const operations = new Map<string, (input: JsonObject) => Promise<object>>();
  for (const name of reads) operations.set(name, async (input) => engine.read(name, engine.validate(name, input)));
  for (const name of writesOfOne) operations.set(name, (input) => writes.write(name, input));
  for (const name of administration) operations.set(name, (input) => engine.administer(name, input));
  return operations
    .set('BatchWriteItem', (input) => writes.writeBatch(input))
    .set('TransactWriteItems', (input) => transactions.write(input))
    .set('TransactGetItems', (input) => transactions.read(input))
    .set('UpdateTimeToLive', (input) => timeToLive.update(input))
    .set('DescribeTimeToLive', async (input) => timeToLive.describe(input));
}
