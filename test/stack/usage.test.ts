import { rm } from 'node:fs/promises';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createDynamoLedger } from '../../lambdas/aws/dynamo-ledger.ts';
import { scopeKey } from '../../lambdas/aws/item-keys.ts';
import { createJsonClient } from '../../lambdas/aws/json-client.ts';
import { leaseBucketOf } from '../../lambdas/domain/limits/lease-bucket.ts';
import { packEntry, unpackEntry } from '../../lambdas/domain/limits/open-entry.ts';
import { isLogged } from '../../lambdas/domain/limits/request-record.ts';
import { unloggedId } from '../../lambdas/domain/limits/unlogged-id.ts';
import { parseUsd } from '../../lambdas/domain/money.ts';
import { beginStream, endStream } from '../support/chat-stream.ts';
import { answerWith, completion, type Respond } from '../support/fake-upstream.ts';
import { hurriedAssembly } from '../support/hurried-schedules.ts';
import { type IssuedAccount, type IssuedKey, type LedgerClient, sumOf } from '../support/ledger-client.ts';
import { type LedgerStack, startLedgerStack } from '../support/ledger-stack.ts';
import { demandOf, policyOf, settlementOf } from '../support/ledger-suite.ts';
import { tableNamed } from '../support/local-stack.ts';
import { isAlive, listFunctionProcesses } from '../support/runner-process.ts';
import { waitUntil } from '../support/wait-until.ts';

const HOUR_MS = 3_600_000;
const chat = { model: 'openai/gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }], max_completion_tokens: 2 };
const stream = { ...chat, stream: true };
const other = { ...chat, model: 'openai/gpt-4o' };

const whole = answerWith(200, JSON.stringify(completion));
const withoutUsage = answerWith(200, JSON.stringify({ ...completion, usage: undefined }));
const streamed: Respond = (response) => {
  beginStream(response);
  endStream(response);
};
const brokenOff: Respond = (response) => {
  beginStream(response);
  setImmediate(() => response.destroy());
};

const costPage = z.object({
  data: z.array(
    z.object({
      results: z.array(
        z.object({
          amount: z.object({ value: z.number(), currency: z.literal('usd'), decimal: z.string() }),
          api_key_id: z.string().nullable(),
          line_item: z.string().nullable(),
        }),
      ),
    }),
  ),
  has_more: z.literal(false),
});
const requestPage = z.object({ data: z.array(z.looseObject({ api_key_id: z.string() })), has_more: z.boolean() });
const shownKey = z.object({ spend: z.string(), spend_reserved: z.literal('0.00') });

const startedAtMs = Date.now();
/** Requests of three hours ago are among those that are reported. */
const sinceMs = startedAtMs - 4 * HOUR_MS;
const start_time = Math.floor(sinceMs / 1000);

let assemblyDir: string;
let stack: LedgerStack;
let client: LedgerClient;
let account: IssuedAccount;
let keys: readonly IssuedKey[];
beforeAll(async () => {
  assemblyDir = await hurriedAssembly();
  stack = await startLedgerStack({ assemblyDir });
  ({ client } = stack);
  account = await client.createAccount();
  const kinds = [{}, { max_budget: '5.00' }, { zero_logging: true }];
  keys = await Promise.all(kinds.map((fields) => client.createKey(fields, account.masterKey)));
});
afterAll(async () => {
  await stack.stop();
  await rm(assemblyDir, { recursive: true, force: true });
});

function keyAt(index: number): IssuedKey {
  const key = keys[index];
  if (key === undefined) throw new Error('no such key');
  return key;
}
const unlogged = () => keyAt(2);

const get = async (path: string) => (await client.call({ key: account.masterKey, path })).json;

const sdk = () =>
  new OpenAI({ baseURL: `${stack.gateway.url}/v1`, apiKey: null, adminAPIKey: account.masterKey, maxRetries: 0 });

/** Nano-dollars, by the OpenAI SDK as an administrator has it; by key, or by model. */
async function readCosts(group: 'api_key_id' | 'line_item'): Promise<ReadonlyMap<string, number>> {
  const answer = await sdk().admin.organization.usage.costs({ start_time, group_by: [group] });
  const sums = new Map<string, number>();
  for (const result of costPage.parse(answer).data.flatMap(({ results }) => results)) {
    const name = String(result[group]);
    const nano = parseUsd(result.amount.decimal) ?? Number.NaN;
    expect(Math.round(result.amount.value * 1e9)).toBe(nano);
    sums.set(name, (sums.get(name) ?? 0) + nano);
  }
  return sums;
}

const total = (sums: ReadonlyMap<string, number>) => [...sums.values()].reduce((sum, nano) => sum + nano, 0);

/** What the account has spent by its counters, by its reports, and, unless some have gone, by its records. */
async function expectAgreement({ records }: { readonly records: boolean }): Promise<void> {
  await waitUntil('nothing is reserved', async () => (await client.readScope(`account:${account.id}`)).reserved === 0);
  const { committed } = await client.readScope(`account:${account.id}`);
  expect(committed).toBeGreaterThan(0);
  expect(total(await readCosts('line_item'))).toBe(committed);
  const byKey = await readCosts('api_key_id');
  expect(total(byKey)).toBe(committed);
  if (records) expect(sumOf(await client.readRecords({ accountId: account.id, sinceMs }))).toBe(committed);
  for (const { id } of keys) {
    const { spend } = shownKey.parse(await get(`/v1/keys/${id}`));
    expect(byKey.get(id)).toBe(parseUsd(spend));
    if (records) {
      expect(sumOf(await client.readRecords({ accountId: account.id, keyId: id, sinceMs }))).toBe(parseUsd(spend));
    }
  }
}

describe('what requests came to', () => {
  const kinds: readonly (readonly [string, object, Respond, number])[] = [
    ['answered whole', chat, whole, 200],
    ['of another model', other, whole, 200],
    ['streamed', stream, streamed, 200],
    ['whose usage is not told', chat, withoutUsage, 200],
    ['whose stream breaks off', stream, brokenOff, 200],
    ['that the provider refuses', chat, answerWith(400, '{}'), 400],
  ];

  it('is the same by their records, by the counters and by the reports, for every key', async () => {
    for (const [name, body, respond, status] of kinds) {
      stack.upstream.respond(respond);
      const answers = await Promise.all(keys.map(({ key }) => client.chat(key, body)));
      expect({ name, statuses: answers.map((answer) => answer.status) }).toEqual({
        name,
        statuses: keys.map(() => status),
      });
    }
    await expectAgreement({ records: true });
  });

  it('is told of each request but of those under zero logging, whose records say no more than the amount', async () => {
    const { data } = requestPage.parse(await get('/v1/organization/usage/requests?limit=100'));
    const told = keys.map(({ id }) => data.filter(({ api_key_id }) => api_key_id === id).length);
    expect(told).toEqual([kinds.length, kinds.length, 0]);
    expect(data.filter(({ estimated }) => estimated === true)).toHaveLength(4);
    const hidden = await client.readRecords({ accountId: account.id, keyId: unlogged().id });
    expect(hidden).toHaveLength(kinds.length);
    expect(hidden.filter(isLogged)).toEqual([]);
  });

  it('is known to the SDK as usage of completions too', async () => {
    const { data } = await sdk().admin.organization.usage.completions({ start_time, group_by: ['model'] });
    const results = data.flatMap((bucket) => bucket.results);
    // Three of each key's requests tell 9 and 2 tokens; one of them is of the other model.
    expect(results).toContainEqual(
      expect.objectContaining({ model: 'openai/gpt-4o', input_tokens: 18, output_tokens: 4 }),
    );
    expect(results).toContainEqual(expect.objectContaining({ model: 'openai/gpt-4o-mini', input_tokens: 36 }));
    expect(results).toContainEqual(expect.objectContaining({ model: 'unlogged', input_tokens: 0 }));
  });
});

function openTables() {
  const { gateway } = stack;
  const credentials = { accessKeyId: 'TEST', secretAccessKey: 'test' };
  const endpoint = gateway.endpoints.dynamodb;
  return { region: 'us-east-1', endpoint, credentials, ledger: tableNamed(gateway, 'Ledger') };
}

/** As if the request had begun so long ago that its lease has run out. */
async function endLease(scope: string): Promise<void> {
  const { ledger, ...aws } = openTables();
  const { open } = await client.readScope(scope);
  const [[requestId = '', packed = ''] = [], ...others] = Object.entries(open);
  expect(others).toEqual([]);
  const entry = unpackEntry(packed);
  const ended = packEntry({ ...entry, leaseEndsAtMs: entry.startedMinute * 60_000 });
  const writer = new DynamoDBClient(aws);
  await writer.send(
    new UpdateItemCommand({
      TableName: ledger,
      Key: { ...scopeKey(scope) },
      UpdateExpression: 'SET #open.#id = :ended, leaseBucket = :bucket',
      ExpressionAttributeNames: { '#open': 'open', '#id': requestId },
      ExpressionAttributeValues: { ':ended': { S: ended }, ':bucket': { N: String(leaseBucketOf(Date.now())) } },
    }),
  );
  writer.destroy();
}

describe('by the schedules of the template', () => {
  it.each([
    ['', 1, { status: 'expired', estimated: true }],
    [' under zero logging', 2, {}],
  ])(
    'a request%s whose function was killed is charged all that it had reserved, once its lease is over',
    async (...drawn) => {
      const [, index, told] = drawn;
      const { id, key } = keyAt(index);
      const before = (await client.readRecords({ accountId: account.id, keyId: id })).length;
      stack.upstream.respond((response) => beginStream(response));
      const seen = stack.upstream.seen.length;
      const running = expect(client.chat(key, stream)).rejects.toThrow();
      await waitUntil('the stream has begun', () => stack.upstream.seen.length > seen);
      const functions = listFunctionProcesses(process.pid);
      for (const pid of functions) process.kill(pid, 'SIGKILL');
      await running;
      await waitUntil('the functions are gone', () => !functions.some(isAlive));
      const { reserved } = await client.readScope(`key:${id}`);
      expect(reserved).toBeGreaterThan(0);
      for (const scope of [`key:${id}`, `account:${account.id}`]) await endLease(scope);
      await expectAgreement({ records: true });
      const records = await client.readRecords({ accountId: account.id, keyId: id });
      expect(records).toHaveLength(before + 1);
      expect(records).toContainEqual(expect.objectContaining({ ...told, amountNano: reserved }));
    },
  );

  it('an hour that is over is folded, and then nothing is left of requests under zero logging but their sum', async () => {
    const beganMs = startedAtMs - 3 * HOUR_MS;
    const { credentials, ledger: ledgerTable, ...aws } = openTables();
    const now = () => beganMs;
    const json = createJsonClient({
      ...aws,
      service: 'dynamodb',
      credentials: () => credentials,
      now: Date.now,
      random: Math.random,
    });
    const usageTable = tableNamed(stack.gateway, 'Usage');
    const ledger = createDynamoLedger({ client: json, ledgerTable, usageTable, now });
    for (const [index, { id }] of [keyAt(0), unlogged()].entries()) {
      const scopes = [policyOf(`key:${id}`), policyOf(`account:${account.id}`)];
      const requestId = index === 0 ? 'long-ago' : unloggedId('long-ago');
      const demand = demandOf(scopes, requestId, { startedAtMs: beganMs, leaseEndsAtMs: Date.now() + HOUR_MS });
      expect(await ledger.reserve(demand)).toMatchObject({ kind: 'reserved' });
      await ledger.settle(settlementOf(demand, { amountNano: 77 }));
    }
    const old = () => client.readRecords({ accountId: account.id, sinceMs: beganMs });
    await waitUntil(
      'its record is gone',
      async () => !(await old()).some(({ requestId }) => requestId === unloggedId('long-ago')),
      30_000,
    );
    expect((await old()).filter(({ requestId }) => requestId === 'long-ago')).toHaveLength(1);
    await expectAgreement({ records: false });
  });
});
