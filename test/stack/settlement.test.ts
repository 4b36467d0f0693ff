import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { unpackEntry } from '../../lambdas/domain/limits/open-entry.ts';
import { formatUsd } from '../../lambdas/domain/money.ts';
import { beginStream, endStream } from '../support/chat-stream.ts';
import { answerWith, completion, type Respond, startFakeUpstream } from '../support/fake-upstream.ts';
import type { IssuedKey, LedgerClient } from '../support/ledger-client.ts';
import { type LedgerStack, measureBound, startLedgerStack } from '../support/ledger-stack.ts';
import { isAlive, listFunctionProcesses } from '../support/runner-process.ts';
import { waitUntil } from '../support/wait-until.ts';

const chat = { model: 'openai/gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }], max_completion_tokens: 2 };
/** Streams reserve more than this by the few bytes of `"stream":true`, so the bound is measured for these. */
const stream = { ...chat, stream: true };
/** $0.15 for a million tokens in, $0.60 for a million out. */
const costNano = 9 * 150 + 2 * 600;
const whole = answerWith(200, JSON.stringify(completion));

let stack: LedgerStack;
let client: LedgerClient;
let subject: IssuedKey;
const bounds = new Map<object, number>();
beforeAll(async () => {
  stack = await startLedgerStack();
  ({ client } = stack);
  await client.setPrice({ model: 'openai/unlisted', input: '2', output: '8' });
  for (const body of [chat, stream]) bounds.set(body, await measureBound(stack, body, whole));
});
beforeEach(async () => {
  subject = await client.createKey({ max_budget: '1.00' });
});
afterAll(() => stack.stop());

const boundOf = (body: object) => bounds.get(body) ?? Number.NaN;
const scopeOf = ({ id }: IssuedKey) => `key:${id}`;

interface Expected {
  readonly amountNano: number;
  readonly estimated: boolean;
  readonly status: 'completed' | 'failed' | 'not_forwarded';
}

/** The key has been charged so, once, in its one record and in its counters. */
async function expectSettled(expected: Expected): Promise<void> {
  await waitUntil('nothing is reserved', async () => (await client.readScope(scopeOf(subject))).reserved === 0);
  expect(await client.readRecords({ keyId: subject.id })).toMatchObject([expected]);
  const { committed, reserved, open } = await client.readScope(scopeOf(subject));
  expect({ committed, reserved, open }).toEqual({ committed: expected.amountNano, reserved: 0, open: {} });
}

interface ProviderCase {
  readonly name: string;
  readonly body: object;
  readonly respond: Respond;
  /** The status that the client gets. */
  readonly http: number;
  readonly charge: 'cost' | 'bound' | 'nothing';
  readonly record: Omit<Expected, 'amountNano'>;
}

describe('a model that no catalogue has', () => {
  it('is served under a cap at the operator’s price, with nothing deployed for it, and recorded by its name', async () => {
    const answer = await client.chat(subject.key, { ...chat, model: 'openai/unlisted' });
    expect(answer).toMatchObject({ status: 200, headers: { 'x-portcullis-cost-usd': '0.000034' } });
    await expectSettled({ amountNano: 9 * 2_000 + 2 * 8_000, estimated: false, status: 'completed' });
    expect(await client.readRecords({ keyId: subject.id })).toMatchObject([{ model: 'unlisted' }]);
  });
});

describe('a request is charged once', () => {
  const broken: Respond = (response) => {
    beginStream(response);
    setImmediate(() => response.destroy());
  };

  const inFull = { estimated: false, status: 'completed' } as const;
  const unknown = { estimated: true, status: 'failed' } as const;
  const refused = { estimated: false, status: 'failed' } as const;
  const streamed: Respond = (response) => {
    beginStream(response);
    endStream(response);
  };
  const usage = (told: object | undefined) => answerWith(200, JSON.stringify({ ...completion, usage: told }));

  it.each<ProviderCase>([
    { name: 'what it used', body: chat, respond: whole, http: 200, charge: 'cost', record: inFull },
    { name: 'what its stream used', body: stream, respond: streamed, http: 200, charge: 'cost', record: inFull },
    { name: 'its reservation, broken off', body: stream, respond: broken, http: 200, charge: 'bound', record: unknown },
    {
      name: 'its reservation, its usage not told',
      body: chat,
      respond: usage(undefined),
      http: 200,
      charge: 'bound',
      record: { estimated: true, status: 'completed' },
    },
    {
      name: 'its reservation and no more, an absurd usage told',
      body: chat,
      respond: usage({ prompt_tokens: 900_000, completion_tokens: 900_000 }),
      http: 200,
      charge: 'bound',
      record: inFull,
    },
    {
      name: 'its reservation, answered with garbage',
      body: chat,
      respond: answerWith(200, '<html>'),
      http: 502,
      charge: 'bound',
      record: unknown,
    },
    {
      name: 'its reservation, taken and never answered',
      body: chat,
      respond: (response) => response.destroy(),
      http: 502,
      charge: 'bound',
      record: unknown,
    },
    {
      name: 'nothing, refused',
      body: chat,
      respond: answerWith(400, '{}'),
      http: 400,
      charge: 'nothing',
      record: refused,
    },
    {
      name: 'nothing, failed',
      body: stream,
      respond: answerWith(500, '-'),
      http: 500,
      charge: 'nothing',
      record: refused,
    },
  ])('$name by the provider', async ({ body, respond, http, charge, record }) => {
    stack.upstream.respond(respond);
    expect((await client.chat(subject.key, body)).status).toBe(http);
    const amounts = { cost: costNano, bound: boundOf(body), nothing: 0 };
    await expectSettled({ ...record, amountNano: amounts[charge] });
  });

  it('its reservation, where the provider does not answer in time', async () => {
    stack.upstream.respond(() => undefined);
    const headers = { 'x-portcullis-timeout-ms': '200' };
    expect((await client.chat(subject.key, chat, { headers })).status).toBe(504);
    await expectSettled({ amountNano: boundOf(chat), estimated: true, status: 'failed' });
  });

  it('what it used, where its client hangs up mid-stream', async () => {
    const streams: ServerResponse[] = [];
    stack.upstream.respond((response) => {
      streams.push(response);
      beginStream(response);
    });
    const leaving = new AbortController();
    const running = client.chat(subject.key, stream, { signal: leaving.signal });
    await waitUntil('the stream has begun', () => streams.length > 0);
    expect((await client.readScope(scopeOf(subject))).reserved).toBe(boundOf(stream));
    leaving.abort();
    await expect(running).rejects.toThrow();
    for (const response of streams) endStream(response);
    await expectSettled({ amountNano: costNano, estimated: false, status: 'completed' });
  });

  it('nothing, where the provider cannot be reached', async () => {
    await stack.upstream.close();
    expect((await client.chat(subject.key, chat)).status).toBe(502);
    await expectSettled({ amountNano: 0, estimated: false, status: 'not_forwarded' });
  });
});

describe('a function that is killed mid-stream', () => {
  it('leaves its reservation standing until the lease ends: neither lost, nor another’s to spend', async () => {
    const upstream = await startFakeUpstream(Number(new URL(stack.upstream.url).port));
    try {
      upstream.respond((response) => beginStream(response));
      const boundNano = boundOf(stream);
      const held = await client.createKey({ max_budget: formatUsd(boundNano + costNano) });
      const begunAtMs = Date.now();
      const running = client.chat(held.key, stream);
      const broken = expect(running).rejects.toThrow();
      await waitUntil('the stream has begun', () => upstream.seen.length > 0);
      const functions = listFunctionProcesses(process.pid);
      for (const pid of functions) process.kill(pid, 'SIGKILL');
      await broken;
      await waitUntil('the functions are gone', () => !functions.some(isAlive));

      upstream.respond(whole);
      const refused = await client.chat(held.key, chat);
      expect(refused).toMatchObject({ status: 429, json: { error: { code: 'budget_reserved' } } });
      const { committed, reserved, open } = await client.readScope(scopeOf(held));
      expect({ committed, reserved }).toEqual({ committed: boundNano, reserved: boundNano });
      const [entry = '', ...others] = Object.values(open);
      expect(others).toEqual([]);
      // Lambda's longest run, and the grace behind it.
      const { amountNano, leaseEndsAtMs } = unpackEntry(entry);
      expect(amountNano).toBe(boundNano);
      expect(leaseEndsAtMs).toBeGreaterThan(begunAtMs + 30_000);
      expect(leaseEndsAtMs).toBeLessThan(begunAtMs + 16 * 60_000);
      expect((await client.readRecords({ keyId: held.id })).filter((record) => record.amountNano > 0)).toEqual([]);
    } finally {
      await upstream.close();
    }
  });
});
