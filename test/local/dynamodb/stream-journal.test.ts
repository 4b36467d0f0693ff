import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import type { StreamViewType } from '../../../local/dynamodb/table-definition.ts';
import { n, openStore, s, type TestStore, tableOf } from './local-tables.ts';

// Generous: the machine may be busy with the other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const dayMs = 24 * 60 * 60 * 1000;
const table = 'events';
const streamed = (stream: StreamViewType = 'NEW_AND_OLD_IMAGES') => tableOf(table, { stream });

const put = ({ client }: TestStore, pk: string, v = 1) =>
  client.send(new PutItemCommand({ TableName: table, Item: { pk: s(pk), v: n(v) } }));
const readAll = ({ engine }: TestStore, afterSequence?: string) =>
  engine.streams.read({ table, afterSequence, limit: 1000 });
const keysOf = (records: Awaited<ReturnType<typeof readAll>>) =>
  records.map(({ dynamodb }) => dynamodb.Keys['pk']?.['S']);

/** Until `work` no longer throws, or for thirty seconds. */
async function eventually(work: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (true) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((done) => setTimeout(done, 10));
    }
  }
}

describe('a stream', () => {
  it('tells of each kind of write, in order, in the shape of the service', async () => {
    await using store = await openStore({ tables: [streamed()], now: () => 1_700_000_000_500 });
    const { client } = store;
    await put(store, 'a', 1);
    const change = { TableName: table, Key: { pk: s('a') }, UpdateExpression: 'SET v = :v' };
    await client.send(new UpdateItemCommand({ ...change, ExpressionAttributeValues: { ':v': n(2) } }));
    await client.send(new DeleteItemCommand({ TableName: table, Key: { pk: s('a') } }));
    const records = await readAll(store);
    const base = { eventVersion: '1.1', eventSource: 'aws:dynamodb', awsRegion: 'us-east-1' };
    const dynamodb = {
      ApproximateCreationDateTime: 1_700_000_000,
      Keys: { pk: s('a') },
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    };
    const first = { pk: s('a'), v: n(1) };
    const second = { pk: s('a'), v: n(2) };
    expect(records).toMatchObject([
      { ...base, eventName: 'INSERT', dynamodb: { ...dynamodb, NewImage: first } },
      { ...base, eventName: 'MODIFY', dynamodb: { ...dynamodb, OldImage: first, NewImage: second } },
      { ...base, eventName: 'REMOVE', dynamodb: { ...dynamodb, OldImage: second } },
    ]);
    expect(records[0]?.dynamodb).not.toHaveProperty('OldImage');
    expect(records[2]?.dynamodb).not.toHaveProperty('NewImage');
    expect(records.every((record) => record.userIdentity === undefined)).toBe(true);
    expect(new Set(records.map(({ eventID }) => eventID)).size).toBe(3);
    expect(await readAll(store), 'a record that is read again is the same').toEqual(records);
  });

  it.each([
    ['KEYS_ONLY', false, false],
    ['NEW_IMAGE', true, false],
    ['OLD_IMAGE', false, true],
  ] as const)('of %s holds no other image', async (view, hasNew, hasOld) => {
    await using store = await openStore({ tables: [streamed(view)] });
    await put(store, 'a', 1);
    await put(store, 'a', 2);
    const [, record] = await readAll(store);
    expect(record?.dynamodb.NewImage !== undefined).toBe(hasNew);
    expect(record?.dynamodb.OldImage !== undefined).toBe(hasOld);
    expect(record?.dynamodb.StreamViewType).toBe(view);
  });

  it('has nothing of what changed nothing, or was refused', async () => {
    await using store = await openStore({ tables: [streamed()] });
    const { client } = store;
    await put(store, 'a', 1);
    await client.send(new PutItemCommand({ TableName: table, Item: { v: n(1), pk: s('a') } }));
    await client.send(new DeleteItemCommand({ TableName: table, Key: { pk: s('none') } }));
    const condition = { ConditionExpression: 'attribute_not_exists(pk)' };
    const refused = client.send(new PutItemCommand({ TableName: table, Item: { pk: s('a') }, ...condition }));
    await expect(refused).rejects.toThrow('The conditional request failed');
    const cancelled = client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName: table, Item: { pk: s('b') } } },
          { Put: { TableName: table, Item: { pk: s('a') }, ...condition } },
        ],
      }),
    );
    await expect(cancelled).rejects.toThrow('Transaction cancelled');
    expect(keysOf(await readAll(store))).toEqual(['a']);
  });

  it('has every item of a batch and of a transaction', async () => {
    await using store = await openStore({ tables: [streamed(), tableOf('quiet')] });
    const { client } = store;
    const requests = ['a', 'b'].map((pk) => ({ PutRequest: { Item: { pk: s(pk) } } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    const statements = ['c', 'd'].map((pk) => ({ Put: { TableName: table, Item: { pk: s(pk) } } }));
    const other = { Put: { TableName: 'quiet', Item: { pk: s('x') } } };
    await client.send(new TransactWriteItemsCommand({ TransactItems: [...statements, other] }));
    // The writes of a batch are one another's peers: their order is promised by nobody. The transaction came after them.
    const keys = keysOf(await readAll(store));
    expect(keys.slice(0, 2).toSorted()).toEqual(['a', 'b']);
    expect(keys.slice(2).toSorted()).toEqual(['c', 'd']);
    expect(await store.engine.streams.read({ table: 'quiet', afterSequence: undefined, limit: 9 })).toEqual([]);
  });

  it('is read in pages, each from where the last one ended', async () => {
    await using store = await openStore({ tables: [streamed()] });
    for (let index = 0; index < 7; index += 1) await put(store, `${index}`);
    const found: (unknown | undefined)[] = [];
    let afterSequence: string | undefined;
    while (true) {
      const records = await store.engine.streams.read({ table, afterSequence, limit: 3 });
      if (records.length === 0) break;
      found.push(...keysOf(records));
      afterSequence = records.at(-1)?.dynamodb.SequenceNumber;
    }
    expect(found).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  });

  it('never lets a reader step over a record, while many write at once', async () => {
    await using store = await openStore({ tables: [streamed()] });
    const total = 300;
    let next = 0;
    const writer = async () => {
      while (next < total) {
        next += 1;
        await put(store, `${next}`);
      }
    };
    const writers = Promise.all(Array.from({ length: 16 }, writer));
    const seen: string[] = [];
    const stop = AbortSignal.timeout(30_000);
    while (seen.length < total) {
      await store.engine.streams.waitForMore(table, seen.at(-1), stop);
      const records = await store.engine.streams.read({ table, afterSequence: seen.at(-1), limit: 10 });
      seen.push(...records.map(({ dynamodb }) => dynamodb.SequenceNumber));
    }
    await writers;
    const stored = (await readAll(store)).map(({ dynamodb }) => dynamodb.SequenceNumber);
    expect(seen).toEqual(stored);
    expect(seen).toHaveLength(total);
  });

  it('wakes a reader that waits, and lets go of one whose signal says so', async () => {
    await using store = await openStore({ tables: [streamed()] });
    const { streams } = store.engine;
    const woken = streams.waitForMore(table, undefined, AbortSignal.timeout(30_000));
    await put(store, 'a');
    await woken;
    const [record] = await readAll(store);
    const stopping = new AbortController();
    const waiting = streams.waitForMore(table, record?.dynamodb.SequenceNumber, stopping.signal);
    stopping.abort();
    await expect(waiting).rejects.toThrow(/abort/i);
    await expect(streams.waitForMore(table, undefined, stopping.signal)).rejects.toThrow(/abort/i);
  });
});

describe('a checkpoint', () => {
  it('survives a restart, each consumer’s and table’s for itself', async () => {
    await using store = await openStore({ tables: [streamed(), tableOf('other', { stream: 'KEYS_ONLY' })] });
    await put(store, 'a');
    const [record] = await readAll(store);
    const sequence = record?.dynamodb.SequenceNumber ?? '';
    expect(await store.engine.streams.checkpoint('mailer', table)).toBeUndefined();
    await store.engine.streams.commit('mailer', table, sequence);
    await store.restart();
    const { streams } = store.engine;
    expect(await streams.checkpoint('mailer', table)).toBe(sequence);
    expect(await streams.checkpoint('archiver', table)).toBeUndefined();
    expect(await streams.checkpoint('mailer', 'other')).toBeUndefined();
  });

  it('of every consumer must pass a record before it is trimmed', async () => {
    await using store = await openStore({ tables: [streamed()], sweepIntervalMs: 5 });
    const { streams } = store.engine;
    await streams.checkpoint('fast', table);
    await streams.checkpoint('slow', table);
    for (const pk of ['a', 'b', 'c']) await put(store, pk);
    const [a, b, c] = (await readAll(store)).map(({ dynamodb }) => dynamodb.SequenceNumber);
    await streams.commit('fast', table, c ?? '');
    await streams.commit('slow', table, a ?? '');
    await eventually(async () => expect(keysOf(await readAll(store))).toEqual(['b', 'c']));
    expect(keysOf(await readAll(store, a))).toEqual(['b', 'c']);
    await streams.commit('slow', table, b ?? '');
    await eventually(async () => expect(keysOf(await readAll(store))).toEqual(['c']));
  });

  it('stays ahead of records that come after everything has been trimmed and the process started anew', async () => {
    await using store = await openStore({ tables: [streamed()], sweepIntervalMs: 5 });
    await put(store, 'a');
    const [record] = await readAll(store);
    const sequence = record?.dynamodb.SequenceNumber ?? '';
    await store.engine.streams.commit('only', table, sequence);
    await eventually(async () => expect(await readAll(store)).toEqual([]));
    await store.restart();
    await put(store, 'b');
    expect(keysOf(await readAll(store, await store.engine.streams.checkpoint('only', table)))).toEqual(['b']);
  });
});

describe('the age of a record', () => {
  it('of more than 24 h, while the store was open, ends it', async () => {
    let nowMs = 1_700_000_000_000;
    await using store = await openStore({ tables: [streamed()], sweepIntervalMs: 5, now: () => nowMs });
    await store.engine.streams.checkpoint('stuck', table);
    await put(store, 'old');
    nowMs += dayMs - 1000;
    await put(store, 'young');
    nowMs += 3000;
    await eventually(async () => expect(keysOf(await readAll(store))).toEqual(['young']));
  });

  it('does not tell a consumer that is behind of records that are gone', async () => {
    let nowMs = 1_700_000_000_000;
    await using store = await openStore({ tables: [streamed()], sweepIntervalMs: 5, now: () => nowMs });
    await put(store, 'old');
    nowMs += dayMs + 2000;
    await eventually(async () => expect(await readAll(store)).toEqual([]));
    await eventually(async () => {
      const { streams } = store.engine;
      const soon = AbortSignal.timeout(20);
      await expect(streams.waitForMore(table, undefined, soon)).rejects.toThrow('The operation was aborted');
    });
    const told = store.engine.streams.waitForMore(table, undefined, AbortSignal.timeout(30_000));
    await put(store, 'new');
    await told;
    expect(keysOf(await readAll(store))).toEqual(['new']);
  });

  it('does not count while the store was closed: what a consumer had not seen it still finds', async () => {
    let nowMs = 1_700_000_000_000;
    const tables = [streamed(), tableOf('expiring', { timeToLiveAttribute: 'ttl' })];
    await using store = await openStore({ tables, sweepIntervalMs: 5, now: () => nowMs });
    const expireOne = async ({ client }: TestStore) => {
      const Item = { pk: s('marker'), ttl: n(nowMs / 1000 - 1) };
      await client.send(new PutItemCommand({ TableName: 'expiring', Item }));
      const read = new GetItemCommand({ TableName: 'expiring', Key: { pk: s('marker') } });
      await eventually(async () => expect((await client.send(read)).Item).toBeUndefined());
    };
    await put(store, 'friday');
    nowMs += 3 * dayMs;
    await store.restart();
    await put(store, 'monday');
    // Two expired items that are gone, one after the other, have a whole sweep between them.
    await expireOne(store);
    await expireOne(store);
    expect(keysOf(await readAll(store))).toEqual(['friday', 'monday']);
  });
});
