import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { Engine } from '../../../local/dynamodb/engine.ts';
import type { Fault } from '../../../local/dynamodb/faults.ts';
import { startDynamoDb } from '../../../local/dynamodb/start.ts';
import type { IndexDefinition, TableDefinition } from '../../../local/dynamodb/table-definition.ts';
import { type Item, n, openStore, s, type TestStore, tableOf } from './local-tables.ts';

// Generous: the machine may be busy with the other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const awsError = z.object({ __type: z.string() });
const get = async ({ client }: TestStore, TableName: string, pk: string) =>
  (await client.send(new GetItemCommand({ TableName, Key: { pk: s(pk) } }))).Item;
const put = ({ client }: TestStore, TableName: string, Item: Item) =>
  client.send(new PutItemCommand({ TableName, Item }));
const nameOf = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: Error) => error.name,
  );

/** Two keys for which dynalite's 24-bit hash is the same. */
function findCollision(): [string, string] {
  const seen = new Map<string, string>();
  for (let index = 0; ; index += 1) {
    const pk = `item-${index}`;
    const hash = createHash('md5').update('Outliers').update(pk).digest('hex').slice(0, 6);
    const earlier = seen.get(hash);
    if (earlier !== undefined) return [earlier, pk];
    seen.set(hash, pk);
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('It did not come to be within 30 s.');
    await new Promise((done) => setTimeout(done, 10));
  }
}

describe('tables', () => {
  it('are there at once, and keep their items across a restart', async () => {
    await using store = await openStore({ tables: [tableOf('keys')] });
    await put(store, 'keys', { pk: s('a'), v: n(1) });
    await store.restart({ tables: [tableOf('keys'), tableOf('added')] });
    expect(await get(store, 'keys', 'a')).toEqual({ pk: s('a'), v: n(1) });
    await put(store, 'added', { pk: s('b') });
    const { Table } = await store.client.send(new DescribeTableCommand({ TableName: 'keys' }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/keys',
    });
  });

  it('whose keys have changed stop the start, by name', async () => {
    const changed: TableDefinition[] = [
      tableOf('keys', { attributes: [{ name: 'pk', type: 'N' }] }),
      tableOf('keys', { keySchema: [{ name: 'id', type: 'HASH' }], attributes: [{ name: 'id', type: 'S' }] }),
    ];
    await using store = await openStore({ tables: [tableOf('keys')] });
    await put(store, 'keys', { pk: s('a') });
    for (const table of changed) {
      await expect(store.restart({ tables: [table] })).rejects.toThrow(
        'The table keys in this data folder has other keys',
      );
    }
    await store.restart();
    expect(await get(store, 'keys', 'a')).toEqual({ pk: s('a') });
  });

  it('get a new index over the items that they have, and lose one that is gone', async () => {
    const index = (name: string, attribute: string): IndexDefinition => ({
      name,
      keySchema: [{ name: attribute, type: 'HASH' }],
      projection: { type: 'ALL' },
    });
    const indexed = (...names: string[]) =>
      tableOf('keys', {
        attributes: ['pk', ...names].map((name) => ({ name, type: 'S' })),
        indexes: names.map((name) => index(`by-${name}`, name)),
      });
    await using store = await openStore({ tables: [indexed('owner')] });
    await put(store, 'keys', { pk: s('a'), owner: s('me'), color: s('red') });
    await put(store, 'keys', { pk: s('b'), owner: s('me') });
    await store.restart({ tables: [indexed('color')] });
    const by = (attribute: string, value: string) =>
      store.client.send(
        new QueryCommand({
          TableName: 'keys',
          IndexName: `by-${attribute}`,
          KeyConditionExpression: '#a = :v',
          ExpressionAttributeNames: { '#a': attribute },
          ExpressionAttributeValues: { ':v': s(value) },
        }),
      );
    expect((await by('color', 'red')).Items).toEqual([{ pk: s('a'), owner: s('me'), color: s('red') }]);
    expect(await nameOf(by('owner', 'me'))).toBe('ValidationException');
    await put(store, 'keys', { pk: s('a'), color: s('blue') });
    expect([(await by('color', 'red')).Count, (await by('color', 'blue')).Count]).toEqual([0, 1]);
  });

  it('find both of two items in an index that dynalite would have given one entry', async () => {
    const table = tableOf('keys', {
      attributes: ['pk', 'lane'].map((name) => ({ name, type: 'S' })),
      indexes: [{ name: 'by-lane', keySchema: [{ name: 'lane', type: 'HASH' }], projection: { type: 'KEYS_ONLY' } }],
    });
    await using store = await openStore({ tables: [table] });
    const pair = findCollision();
    for (const pk of pair) await put(store, 'keys', { pk: s(pk), lane: s('x') });
    const lane = async (Limit: number, ExclusiveStartKey?: Item) =>
      store.client.send(
        new QueryCommand({
          TableName: 'keys',
          IndexName: 'by-lane',
          KeyConditionExpression: 'lane = :l',
          ExpressionAttributeValues: { ':l': s('x') },
          ExclusiveStartKey,
          Limit,
        }),
      );
    const first = await lane(1);
    const second = await lane(1, first.LastEvaluatedKey);
    const found = [...(first.Items ?? []), ...(second.Items ?? [])].map(({ pk }) => pk?.S);
    expect(found.toSorted()).toEqual(pair.toSorted());
    await put(store, 'keys', { pk: s(pair[0]) });
    expect((await lane(10)).Items?.map(({ pk }) => pk?.S)).toEqual([pair[1]]);
  });

  it('that are deleted are gone with their items', async () => {
    await using store = await openStore({ tables: [tableOf('keys')] });
    await put(store, 'keys', { pk: s('a') });
    await store.client.send(new DeleteTableCommand({ TableName: 'keys' }));
    expect(await nameOf(put(store, 'keys', { pk: s('a') }))).toBe('ResourceNotFoundException');
    await store.restart();
    expect(await get(store, 'keys', 'a')).toBeUndefined();
  });

  it.each([
    ['CREATING', { pk: s('a') }],
    ['DELETING', undefined],
  ])('that a crash has left as %s are what they were to become', async (TableStatus, expected) => {
    await using store = await openStore({ tables: [tableOf('keys')] });
    await put(store, 'keys', { pk: s('a') });
    await store.engine.stop();
    const engine = await Engine.open(join(store.dataDir, 'dynamodb'));
    await engine.describe({ ...engine.table('keys'), TableStatus });
    await engine.close();
    await store.restart();
    expect(await get(store, 'keys', 'a')).toEqual(expected);
    await put(store, 'keys', { pk: s('b') });
  });

  it('cannot be opened twice at a time, and the second one says so', async () => {
    await using store = await openStore({ tables: [] });
    await expect(startDynamoDb({ dataDir: store.dataDir, tables: [] })).rejects.toThrow('cannot be opened');
  });
});

describe('time to live', () => {
  const table = tableOf('usage', { timeToLiveAttribute: 'ttl', stream: 'NEW_AND_OLD_IMAGES' });
  const startSeconds = 1_700_000_000;

  it('removes what is over, nothing else, and the stream says who did', async () => {
    let nowMs = startSeconds * 1000;
    await using store = await openStore({ tables: [table], sweepIntervalMs: 5, now: () => nowMs });
    await put(store, 'usage', { pk: s('due'), ttl: n(startSeconds + 10) });
    await put(store, 'usage', { pk: s('later'), ttl: n(startSeconds + 100) });
    await put(store, 'usage', { pk: s('text'), ttl: s(`${startSeconds - 10}`) });
    await put(store, 'usage', { pk: s('ancient'), ttl: n(startSeconds - 6 * 365 * 86_400) });
    await put(store, 'usage', { pk: s('forever') });
    expect(await get(store, 'usage', 'due')).toBeDefined();
    nowMs += 11_000;
    await until(async () => (await get(store, 'usage', 'due')) === undefined);
    const left = (await store.client.send(new ScanCommand({ TableName: 'usage' }))).Items ?? [];
    expect(left.map(({ pk }) => pk?.S).toSorted()).toEqual(['ancient', 'forever', 'later', 'text']);
    const records = await store.engine.streams.read({ table: 'usage', afterSequence: undefined, limit: 10 });
    expect(records.at(-1)).toMatchObject({
      eventName: 'REMOVE',
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
      dynamodb: { Keys: { pk: s('due') }, OldImage: { pk: s('due'), ttl: n(startSeconds + 10) } },
    });
  });

  it('reaches items beyond the first page of a table', async () => {
    const nowMs = startSeconds * 1000;
    await using store = await openStore({ tables: [table], sweepIntervalMs: 5, now: () => nowMs });
    const pad = s('x'.repeat(300_000));
    for (let index = 0; index < 9; index += 1) {
      await put(store, 'usage', { pk: s(`${index}`), pad, ...(index % 2 === 0 && { ttl: n(startSeconds - 1) }) });
    }
    await until(async () => {
      const { Items } = await store.client.send(new ScanCommand({ TableName: 'usage', ProjectionExpression: 'pk' }));
      return (
        Items?.map(({ pk }) => pk?.S)
          .toSorted()
          .join() === '1,3,5,7'
      );
    });
  });

  it('is what the template says at each start', async () => {
    await using store = await openStore({ tables: [table] });
    const status = async () => {
      const answer = await store.client.send(new DescribeTimeToLiveCommand({ TableName: 'usage' }));
      return answer.TimeToLiveDescription;
    };
    expect(await status()).toEqual({ AttributeName: 'ttl', TimeToLiveStatus: 'ENABLED' });
    await store.restart({ tables: [tableOf('usage')] });
    expect(await status()).toEqual({ TimeToLiveStatus: 'DISABLED' });
  });
});

describe('a request token', () => {
  const increment = ({ client }: TestStore, ClientRequestToken: string) =>
    client.send(
      new TransactWriteItemsCommand({
        ClientRequestToken,
        TransactItems: [
          {
            Update: {
              TableName: 'keys',
              Key: { pk: s('a') },
              UpdateExpression: 'ADD hits :one',
              ExpressionAttributeValues: { ':one': n(1) },
            },
          },
        ],
      }),
    );

  it('holds for ten minutes, across a restart, and no longer', async () => {
    let nowMs = 1_700_000_000_000;
    await using store = await openStore({ tables: [tableOf('keys')], sweepIntervalMs: 5, now: () => nowMs });
    const hits = async () => (await get(store, 'keys', 'a'))?.['hits'];
    await increment(store, 'token');
    nowMs += 10 * 60 * 1000 - 1;
    await store.restart();
    await increment(store, 'token');
    expect(await hits()).toEqual(n(1));
    nowMs += 1;
    await increment(store, 'token');
    expect(await hits()).toEqual(n(2));
  });

  it('that comes twice at the same time does its transaction once', async () => {
    await using store = await openStore({ tables: [tableOf('keys')] });
    await Promise.all(Array.from({ length: 8 }, () => increment(store, 'token')));
    expect((await get(store, 'keys', 'a'))?.['hits']).toEqual(n(1));
  });
});

describe('faults', () => {
  const start = (fault: Fault) => {
    let armed = true;
    const asked: unknown[] = [];
    const faults = (operation: string, tables: readonly string[]) => {
      asked.push([operation, tables]);
      if (!armed || operation === 'GetItem') return undefined;
      armed = false;
      return fault;
    };
    return { asked, options: { tables: [tableOf('keys')], faults } };
  };

  it.each([
    ['throttle', 'ThrottlingException'],
    ['conflict', 'TransactionConflictException'],
    ['internal-error', 'InternalServerError'],
  ] as const)('of %s refuse, once, and nothing is done', async (fault, name) => {
    const { asked, options } = start(fault);
    await using store = await openStore(options);
    expect(await nameOf(put(store, 'keys', { pk: s('a') }))).toBe(name);
    expect(await get(store, 'keys', 'a')).toBeUndefined();
    await put(store, 'keys', { pk: s('a') });
    expect(asked[0]).toEqual(['PutItem', ['keys']]);
  });

  it('that lose the answer leave the write done', async () => {
    await using store = await openStore(start('lose-answer').options);
    const change = new UpdateItemCommand({
      TableName: 'keys',
      Key: { pk: s('a') },
      UpdateExpression: 'ADD hits :one',
      ExpressionAttributeValues: { ':one': n(1) },
    });
    expect(await nameOf(store.client.send(change))).not.toBe('accepted');
    expect((await get(store, 'keys', 'a'))?.['hits']).toEqual(n(1));
  });

  it('that never answer hold the caller until it gives up, and do not hold the store’s end', async () => {
    await using store = await openStore(start('timeout').options);
    const command = new PutItemCommand({ TableName: 'keys', Item: { pk: s('a') } });
    const hanging = store.client.send(command, { abortSignal: AbortSignal.timeout(100) });
    expect(await nameOf(hanging)).toMatch(/AbortError|TimeoutError/);
  });
});

describe('the protocol', () => {
  const post = (store: TestStore, operation: string, body: string, authorization = 'AWS4-HMAC-SHA256 x') =>
    fetch(store.engine.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': `DynamoDB_20120810.${operation}`, ...(authorization && { authorization }) },
      body,
    });

  it('knows what it does not do', async () => {
    await using store = await openStore({ tables: [] });
    for (const operation of ['UpdateTable', 'ExecuteStatement', 'constructor', '']) {
      const response = await post(store, operation, '{}');
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ __type: 'com.amazon.coral.service#UnknownOperationException' });
    }
  });

  it('refuses what is unsigned, no JSON, or too large', async () => {
    await using store = await openStore({ tables: [] });
    const typeOf = async (response: Response) => awsError.parse(await response.json()).__type.split('#')[1];
    expect(await typeOf(await post(store, 'GetItem', '{}', ''))).toBe('MissingAuthenticationTokenException');
    expect(await typeOf(await post(store, 'GetItem', '{'))).toBe('SerializationException');
    expect((await post(store, 'GetItem', ' '.repeat(16 * 1024 * 1024 + 1))).status).toBe(413);
  });

  it('lives on when a client hangs up in the middle of a request', async () => {
    await using store = await openStore({ tables: [tableOf('keys')] });
    const { port } = new URL(store.engine.endpoint);
    for (let index = 0; index < 5; index += 1) {
      const socket = connect(Number(port), '127.0.0.1');
      await once(socket, 'connect');
      socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"a"');
      socket.resetAndDestroy();
    }
    await put(store, 'keys', { pk: s('a') });
  });

  it('answers an expression that its engine cannot evaluate with an error of its own, and lives on', async () => {
    const faults: string[] = [];
    await using store = await openStore({ tables: [tableOf('keys')], onFault: (operation) => faults.push(operation) });
    await put(store, 'keys', { pk: s('a'), v: n(1) });
    const expression = { ExpressionAttributeValues: { ':a': n(1) } };
    const FilterExpression = 'v BETWEEN :a AND nowhere';
    const scan = store.client.send(new ScanCommand({ TableName: 'keys', FilterExpression, ...expression }));
    expect(await nameOf(scan)).toBe('InternalServerError');
    const change = { TableName: 'keys', Key: { pk: s('a') }, ConditionExpression: FilterExpression, ...expression };
    const update = store.client.send(new UpdateItemCommand({ ...change, UpdateExpression: 'SET w = :a' }));
    expect(await nameOf(update)).toBe('InternalServerError');
    expect(faults).toEqual(['Scan', 'UpdateItem']);
    expect(await get(store, 'keys', 'a')).toEqual({ pk: s('a'), v: n(1) });
  });

  it('listens on this machine alone', async () => {
    await using store = await openStore({ tables: [] });
    expect(new URL(store.engine.endpoint).hostname).toBe('127.0.0.1');
  });
});
