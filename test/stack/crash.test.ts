import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeItem } from '../../lambdas/aws/attribute-values.ts';
import { canonicalDigest } from '../../lambdas/crypto/canonical-digest.ts';
import { verifyChain } from '../../lambdas/domain/audit/audit-chain.ts';
import { startDynamoDb } from '../../local/dynamodb/start.ts';
import { expectFault } from '../support/expect-error.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { sendHttp } from '../support/http-client.ts';
import { readOperatorKeys, sendSigned } from '../support/operator.ts';
import {
  isAlive,
  listFunctionProcesses,
  type RunnerProcess,
  seedAssembly,
  startRunner,
} from '../support/runner-process.ts';
import { waitUntil } from '../support/wait-until.ts';

const folder = mkdtempSync(join(tmpdir(), 'portcullis-crash-'));
const dataDir = join(folder, 'data');
const secret = 'sk-crash-credential-0001';
let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream();
});
afterAll(async () => {
  await upstream.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(environment = {}): Promise<RunnerProcess> {
  const args = ['--upstream', `openai=${upstream.url}`];
  return startRunner({ dataDir, readyPath: join(folder, 'ready.json'), args, environment });
}

const chat = JSON.stringify({ model: 'openai/gpt-test', messages: [{ role: 'user', content: 'Hi' }] });
const sendChat = ({ ready }: RunnerProcess, key: string) =>
  sendHttp({ url: `${ready.baseUrl}/chat/completions`, headers: { authorization: `Bearer ${key}` }, body: chat });

const created = z.object({ key: z.object({ key: z.string() }) });

/** Makes an account; the answer is a promise that its key will work. */
async function createKey({ origin }: RunnerProcess): Promise<string> {
  const keys = readOperatorKeys(dataDir);
  const answer = await sendSigned({ origin, keys, path: '/admin/accounts', body: { name: 'made under load' } });
  return created.parse(answer.json).key.key;
}

/** Repeats until the gateway is gone, which it ends with. */
async function repeat(step: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await step();
    } catch {
      return;
    }
  }
}

/** Every event of the audit table, in order, by tenant. */
async function readAuditChains(): Promise<ReadonlyMap<string, unknown[]>> {
  const store = await startDynamoDb({ dataDir, tables: [] });
  const client = new DynamoDBClient({
    endpoint: store.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'TEST', secretAccessKey: 'test' },
  });
  const chains = new Map<string, unknown[]>();
  try {
    const { TableNames = [] } = await client.send(new ListTablesCommand({}));
    const audit = TableNames.find((name) => name.includes('Audit'));
    for await (const { Items = [] } of paginateScan({ client }, { TableName: audit })) {
      for (const item of Items.filter(({ sk }) => sk?.S?.startsWith('EVENT#'))) {
        const { pk: _pk, sk: _sk, ...event } = decodeItem(item);
        const tenant = z.string().parse(event['tenant']);
        chains.set(tenant, [...(chains.get(tenant) ?? []), event]);
      }
    }
  } finally {
    client.destroy();
    await store.stop();
  }
  return chains;
}

const keys: string[] = [];
let runner: RunnerProcess;

/** Makes accounts and chats, streaming and not, until the gateway is gone. */
function putUnderLoad(): readonly Promise<void>[] {
  return [
    ...Array.from({ length: 2 }, () => repeat(async () => keys.push(await createKey(runner)))),
    ...Array.from({ length: 4 }, () => repeat(() => sendChat(runner, keys[0] ?? ''))),
  ];
}

describe('after kill -9 under load', () => {
  let accountId: string;
  beforeAll(async () => {
    await seedAssembly(dataDir);
    runner = await start({ OPENAI_API_KEY: secret });
    accountId = runner.ready.accountId;
    keys.push(runner.ready.masterKey ?? '');
  });

  it.each([1, 2])('all that was acknowledged is there, and nothing has to be repaired (round %i)', async (round) => {
    const enough = keys.length + 10;
    const load = putUnderLoad();
    await waitUntil('ten more accounts', () => keys.length >= enough, 30_000);
    const functions = listFunctionProcesses(runner.ready.pid);
    expect(functions.length).toBeGreaterThan(1);
    await runner.end('SIGKILL');
    await Promise.all(load);
    await waitUntil('no function outlives the gateway', () => !functions.some(isAlive));

    runner = await start();
    expect(runner.ready).not.toHaveProperty('masterKey');
    expect(runner.ready.accountId).toBe(accountId);
    const answers = await Promise.all(keys.map((key) => sendChat(runner, key)));
    const working = answers.filter(({ status }) => status === 200).length;
    process.stdout.write(`crash: round ${round}, ${working} of ${keys.length} acknowledged keys work\n`);
    expect(working).toBe(keys.length);
    // Sealed before the crash, opened after it: this start was given no credential.
    expect(upstream.seen.at(-1)?.headers).toMatchObject({ authorization: `Bearer ${secret}` });
  });
});

describe('after kill -9 of a function', () => {
  let key: string;
  beforeAll(async () => {
    key = await createKey(runner);
  });

  let killed: readonly number[] = [];
  /** All of them, as nothing tells which one has the request. */
  const killFunctions = () => {
    killed = listFunctionProcesses(runner.ready.pid);
    for (const pid of killed) process.kill(pid, 'SIGKILL');
  };
  const untilGone = () => waitUntil('the killed functions are gone', () => !killed.some(isAlive));

  it('the request that it had is a 502, and the next one is served', async () => {
    upstream.respond(killFunctions);
    expectFault(await sendChat(runner, key), 502, 'internal_error');
    await untilGone();
    upstream.respond((response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":[]}');
    });
    expect((await sendChat(runner, key)).status).toBe(200);
  });

  it('the stream that it had breaks off, as it does in AWS, and the next one is served', async () => {
    const event = 'data: {"choices":[]}\n\n';
    upstream.respond((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(event);
    });
    const body = JSON.stringify({ ...JSON.parse(chat), stream: true });
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(`${runner.ready.baseUrl}/chat/completions`, { method: 'POST', headers, body });
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(event);
    killFunctions();
    await expect(reader?.read()).rejects.toThrow();
    await untilGone();
    upstream.respond((answer) => answer.writeHead(200, { 'content-type': 'text/event-stream' }).end(event));
    const next = await sendHttp({ url: `${runner.ready.baseUrl}/chat/completions`, headers, body });
    expect(next).toMatchObject({ status: 200, text: event });
  });
});

describe('at the end of it all', () => {
  it('the gateway still stops in order', async () => {
    expect(await runner.end('SIGTERM')).toBe(0);
  });

  it('every audit chain is whole, with an account and a key in each', async () => {
    const chains = await readAuditChains();
    expect(chains.size).toBeGreaterThanOrEqual(keys.length);
    for (const [tenant, events] of chains) {
      expect({ tenant, ...verifyChain(tenant, events, canonicalDigest) }).toMatchObject({ ok: true });
      if (tenant !== 'operator') expect(events).toHaveLength(2);
    }
  });
});
