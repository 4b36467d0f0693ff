import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  type ScanCommandInput,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalDynamoDb, startDynamoDb } from '../../../local/dynamodb/start.ts';
import type { StreamRecord } from '../../../local/dynamodb/stream-record.ts';
import { crashTables } from './crash-tables.ts';

const runs = process.env['PORTCULLIS_PROVE'] === undefined ? 30 : 300;
const accounts = 5;
const script = resolve(import.meta.dirname, 'serve-until-killed.ts');

type Image = NonNullable<StreamRecord['dynamodb']['NewImage']>;
type Content = Map<string, Image>;

let dataDir: string;
/** Transactions whose success was answered before a kill. */
const acknowledged = new Set<string>();
/** What a consumer of the streams has made of them, from the first record on. */
const replayed = new Map<string, Content>();

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'crash-'));
});
afterAll(() => rm(dataDir, { recursive: true }));

function connect(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}

async function startChild(): Promise<{ child: ChildProcess; endpoint: string }> {
  const child = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [endpoint] = await once(createInterface(child.stdout), 'line');
  return { child, endpoint: String(endpoint) };
}

/** An event, a count of the account's events, and a marker in a table without a stream: all three or none. */
function recordEvent(id: string, account: number): TransactWriteItemsCommand {
  return new TransactWriteItemsCommand({
    ClientRequestToken: id,
    TransactItems: [
      { Put: { TableName: 'audit', Item: { pk: { S: id }, account: { N: `${account}` } } } },
      {
        Update: {
          TableName: 'ledger',
          Key: { pk: { S: `account-${account}` } },
          UpdateExpression: 'ADD events :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        },
      },
      { Put: { TableName: 'plain', Item: { pk: { S: id } } } },
    ],
  });
}

/** One of the things that happen to the tables; `index` decides which. */
async function disturb(client: DynamoDBClient, run: number, index: number): Promise<void> {
  const pk = { S: `item-${index % 7}` };
  const lane = { S: `lane-${index % 3}` };
  if (index % 3 === 0) {
    const id = `event-${run}-${index}`;
    await client.send(recordEvent(id, index % accounts));
    acknowledged.add(id);
  } else if (index % 3 === 1) {
    const input = { TableName: 'ledger', Key: { pk }, ExpressionAttributeValues: { ':one': { N: '1' }, ':b': lane } };
    await client.send(new UpdateItemCommand({ ...input, UpdateExpression: 'SET lane = :b ADD hits :one' }));
  } else if (index % 2 === 0) {
    await client.send(new PutItemCommand({ TableName: 'ledger', Item: { pk, lane, run: { N: `${run}` } } }));
  } else {
    await client.send(new DeleteItemCommand({ TableName: 'ledger', Key: { pk } }));
  }
}

/** Works the store from 12 sides until it is killed, at a moment that differs each time. */
async function stormAndKill(run: number): Promise<void> {
  const { child, endpoint } = await startChild();
  const client = connect(endpoint);
  let next = 0;
  let alive = true;
  const worker = async () => {
    while (alive) {
      const index = next;
      next += 1;
      await disturb(client, run, index).catch((error: unknown) => {
        // Nothing but the kill may fail a request.
        if (alive) throw error;
      });
    }
  };
  const storm = Promise.all(Array.from({ length: 12 }, worker));
  await Promise.race([storm, sleep(20 + Math.random() * 120)]);
  alive = false;
  child.kill('SIGKILL');
  await Promise.all([once(child, 'exit'), storm]);
  client.destroy();
}

async function contentOf(client: DynamoDBClient, TableName: string): Promise<Content> {
  const content: Content = new Map();
  let ExclusiveStartKey: ScanCommandInput['ExclusiveStartKey'];
  do {
    const page = await client.send(new ScanCommand({ TableName, ExclusiveStartKey }));
    for (const item of page.Items ?? []) content.set(String(item['pk']?.S), JSON.parse(JSON.stringify(item)));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return content;
}

/** Reads a stream on from the consumer's checkpoint; every record must fit what the ones before it have made. */
async function replay(store: LocalDynamoDb, table: string): Promise<Content> {
  const content = replayed.get(table) ?? new Map<string, Image>();
  replayed.set(table, content);
  let afterSequence = await store.streams.checkpoint('replay', table);
  while (true) {
    const records = await store.streams.read({ table, afterSequence, limit: 100 });
    if (records.length === 0) return content;
    for (const { eventName, dynamodb } of records) {
      const { SequenceNumber, Keys, OldImage, NewImage } = dynamodb;
      expect(SequenceNumber > (afterSequence ?? '')).toBe(true);
      const pk = String(Keys['pk']?.['S']);
      expect(OldImage, `${table} ${pk} before ${SequenceNumber}`).toEqual(content.get(pk));
      expect(eventName).toBe(OldImage === undefined ? 'INSERT' : NewImage === undefined ? 'REMOVE' : 'MODIFY');
      if (NewImage === undefined) content.delete(pk);
      else content.set(pk, NewImage);
      afterSequence = SequenceNumber;
    }
    if (afterSequence !== undefined) await store.streams.commit('replay', table, afterSequence);
  }
}

async function checkEverything(): Promise<void> {
  const store = await startDynamoDb({ dataDir, tables: crashTables });
  const client = connect(store.endpoint);
  try {
    const audit = await contentOf(client, 'audit');
    const ledger = await contentOf(client, 'ledger');
    const plain = await contentOf(client, 'plain');

    expect([...plain.keys()].toSorted(), 'a transaction was torn').toEqual([...audit.keys()].toSorted());
    for (const id of acknowledged) expect(audit.has(id), `${id} was answered and is lost`).toBe(true);
    for (let account = 0; account < accounts; account += 1) {
      const events = [...audit.values()].filter((event) => event['account']?.['N'] === `${account}`).length;
      expect(Number(ledger.get(`account-${account}`)?.['events']?.['N'] ?? 0), `account ${account}`).toBe(events);
    }
    expect(await replay(store, 'audit'), 'the stream of audit').toEqual(audit);
    expect(await replay(store, 'ledger'), 'the stream of ledger').toEqual(ledger);

    for (const lane of ['lane-0', 'lane-1', 'lane-2']) {
      const found = await client.send(
        new QueryCommand({
          TableName: 'ledger',
          IndexName: 'by-lane',
          KeyConditionExpression: 'lane = :b',
          ExpressionAttributeValues: { ':b': { S: lane } },
        }),
      );
      const indexed = (found.Items ?? []).map(({ pk }) => pk?.S).toSorted();
      const stored = [...ledger.values()].filter((item) => item['lane']?.['S'] === lane);
      expect(indexed, `the index at ${lane}`).toEqual(stored.map((item) => item['pk']?.['S']).toSorted());
    }
  } finally {
    client.destroy();
    await store.stop();
  }
}

describe('a store that is killed at any moment', () => {
  it(`holds every transaction whole or not at all, and a stream that is exactly what happened (${runs} kills)`, async () => {
    for (let run = 0; run < runs; run += 1) {
      await stormAndKill(run);
      await checkEverything();
    }
    // The storms must have been storms, or nothing was shown.
    expect(acknowledged.size).toBeGreaterThan(runs);
  }, 600_000);

  it('does a transaction once whose answer was lost with the process, when it is tried again', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `retried-${index}`);
    const { child, endpoint } = await startChild();
    const first = connect(endpoint);
    const attempts = ids.map((id) => first.send(recordEvent(id, 0)).catch(() => undefined));
    await Promise.race(attempts);
    child.kill('SIGKILL');
    await Promise.all([once(child, 'exit'), ...attempts]);
    first.destroy();

    const store = await startDynamoDb({ dataDir, tables: crashTables });
    const client = connect(store.endpoint);
    for (const id of ids) await client.send(recordEvent(id, 0));
    client.destroy();
    await store.stop();
    await checkEverything();
  }, 60_000);
});
