// Where the embedded DynamoDB is known to differ from the service: each line of docs/local-engines.md that can be shown
// is shown here, so that the list stays true. A test that fails here is good news: strike the line.
import {
  BatchGetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Item, n, openStore, s, type TestStore, tableOf } from './local-tables.ts';

// Generous: the machine may be busy with the other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let store: TestStore;
beforeAll(async () => {
  const index = {
    name: 'by-owner',
    keySchema: [{ name: 'owner', type: 'HASH' as const }],
    projection: { type: 'ALL' as const },
  };
  const attributes = ['pk', 'owner'].map((name) => ({ name, type: 'S' as const }));
  store = await openStore({ tables: [tableOf('items', { attributes, indexes: [index] })] });
});
afterAll(() => store[Symbol.asyncDispose]());

const Key = { pk: s('a') };
const put = (more: Item) => store.client.send(new PutItemCommand({ TableName: 'items', Item: { ...Key, ...more } }));
const holds = (ConditionExpression: string, values: Item = {}) =>
  store.client
    .send(
      new UpdateItemCommand({
        TableName: 'items',
        Key,
        UpdateExpression: 'SET touched = :touched',
        ConditionExpression,
        ExpressionAttributeValues: { ...values, ':touched': n(1) },
      }),
    )
    .then(
      () => true,
      (error: Error) => (error.name === 'ConditionalCheckFailedException' ? false : error.name),
    );

describe('expressions', () => {
  it('an empty string or binary has no size', async () => {
    await put({ note: s('') });
    expect(await holds('size(note) = :zero', { ':zero': n(0) })).toBe(false);
  });

  it('two attributes that are both absent are equal', async () => {
    await put({});
    expect(await holds('one = another')).toBe(true);
  });

  it('BETWEEN with an absent upper bound fails with a 500', async () => {
    await put({ v: n(1) });
    expect(await holds('v BETWEEN :one AND another', { ':one': n(1) })).toBe('InternalServerError');
  });

  it('strings are compared by UTF-16 units, not by UTF-8 bytes', async () => {
    await put({ note: s('\u{1F40E}') });
    expect(await holds('note < :v', { ':v': s('\uFFFD') })).toBe(true);
  });

  it('arithmetic may go beyond 38 digits', async () => {
    await put({ v: n('9'.repeat(38)) });
    const { Attributes } = await store.client.send(
      new UpdateItemCommand({
        TableName: 'items',
        Key,
        UpdateExpression: 'SET v = v + :small',
        ExpressionAttributeValues: { ':small': n('0.5') },
        ReturnValues: 'ALL_NEW',
      }),
    );
    expect(Attributes?.['v']).toEqual(n(`${'9'.repeat(38)}.5`));
  });

  it('UPDATED_NEW of a nested path returns the changed leaf alone', async () => {
    await put({ map: { M: { a: n(1), b: n(1) } } });
    const { Attributes } = await store.client.send(
      new UpdateItemCommand({
        TableName: 'items',
        Key,
        UpdateExpression: 'SET #map.a = :v',
        ExpressionAttributeNames: { '#map': 'map' },
        ExpressionAttributeValues: { ':v': n(2) },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    expect(Attributes).toEqual({ map: { M: { a: n(2) } } });
  });
});

describe('the rest', () => {
  it('the capacity of a write leaves out its indexes', async () => {
    const Item = { ...Key, owner: s('me') };
    const command = new PutItemCommand({ TableName: 'items', Item, ReturnConsumedCapacity: 'INDEXES' });
    const { ConsumedCapacity } = await store.client.send(command);
    expect(ConsumedCapacity).toEqual({ TableName: 'items', CapacityUnits: 1, Table: { CapacityUnits: 1 } });
  });

  it('a batch of reads ends after some 1.4 MB', async () => {
    const pks = ['big-1', 'big-2', 'big-3', 'big-4', 'big-5'];
    for (const pk of pks) await put({ pk: s(pk), body: s('x'.repeat(390_000)) });
    const Keys = pks.map((pk) => ({ pk: s(pk) }));
    const answer = await store.client.send(new BatchGetItemCommand({ RequestItems: { items: { Keys } } }));
    expect(answer.UnprocessedKeys?.['items']?.Keys).toHaveLength(2);
  });

  it('writes that meet wait for each other and never conflict', async () => {
    const increment = { UpdateExpression: 'ADD hits :one', ExpressionAttributeValues: { ':one': n(1) } };
    const update = { TableName: 'items', Key: { pk: s('hot') }, ...increment };
    const TransactItems = [{ Update: update }];
    const attempts = Array.from({ length: 40 }, () =>
      store.client.send(new TransactWriteItemsCommand({ TransactItems })),
    );
    await expect(Promise.all(attempts)).resolves.toHaveLength(40);
  });
});
