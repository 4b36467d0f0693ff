import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { answerWith, completion, type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.ts';
import { gateway } from '../../support/gateway.ts';
import type { HttpAnswer } from '../../support/http-client.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';
import { waitUntil } from '../../support/wait-until.ts';

const chat = {
  model: 'openai/gpt-4o-mini',
  messages: [{ role: 'user', content: 'Hi' }],
  max_completion_tokens: 2,
};
const whole = answerWith(200, JSON.stringify(completion));
/** $0.15 for a million tokens in, $0.60 for a million out: what the completion of 9 and 2 tokens costs. */
const costNano = 9 * 150 + 2 * 600;

const client = createLedgerClient(gateway);
let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream(gateway.upstreamPort);
});
afterEach(() => upstream.respond(whole));
afterAll(async () => {
  client.stop();
  await upstream.close();
});

/** Holds what reaches the provider, until it is let go. */
function holdUpstream() {
  const held: ServerResponse[] = [];
  upstream.respond((response) => held.push(response));
  return {
    async untilHeld(count: number) {
      await waitUntil(`${count} requests at the provider`, () => held.length >= count);
    },
    release() {
      upstream.respond(whole);
      for (const response of held.splice(0)) {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(completion));
      }
    },
  };
}

async function untilSettled(key: string): Promise<void> {
  await waitUntil('nothing is reserved', async () => (await client.readFigures(key)).reservedNano === 0);
}

/** So that all that follows falls within one minute. */
async function awayFromMinuteEnd(): Promise<void> {
  const leftMs = 60_000 - (Date.now() % 60_000);
  if (leftMs < 3_000) await sleep(leftMs + 50);
}

function expectWait({ headers }: HttpAnswer, atMostMs: number): number {
  const waitMs = Number(headers['retry-after-ms']);
  expect(waitMs).toBeGreaterThan(0);
  expect(waitMs).toBeLessThanOrEqual(atMostMs);
  expect(Number(headers['retry-after'])).toBe(Math.ceil(waitMs / 1_000));
  expect(headers).not.toHaveProperty('x-should-retry');
  return waitMs;
}

describe('POST /v1/chat/completions beyond a limit', () => {
  it('is rate_limit_exceeded, forwards nothing, and says how much is left of what', async () => {
    await awayFromMinuteEnd();
    const { key } = await client.createKey({ rpm_limit: 2 });
    const before = upstream.seen.length;
    const answers = [await client.chat(key, chat), await client.chat(key, chat)];
    expect(answers.map(({ headers }) => headers['x-ratelimit-remaining-requests'])).toEqual(['1', '0']);
    const refused = await client.chat(key, chat);
    expectRefusal(refused, { status: 429, code: 'rate_limit_exceeded', param: null, type: 'requests' });
    expectWait(refused, 120_000);
    expect(refused.headers).toMatchObject({
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': expect.stringMatching(/^(\d+ms|[\d.]+s|\d+m\d+s)$/),
    });
    expect(upstream.seen.length - before).toBe(2);
  });

  it.each([
    [9, 200],
    [600, 429],
  ])('of tokens counts what a request has used (%i of 1,000), not what was held for it: %i', async (used, status) => {
    await awayFromMinuteEnd();
    const { key } = await client.createKey({ tpm_limit: 1_000 });
    const usage = { prompt_tokens: used, completion_tokens: 2 };
    upstream.respond(answerWith(200, JSON.stringify({ ...completion, usage })));
    const first = await client.chat(key, chat);
    expect(first.headers).toMatchObject({ 'x-ratelimit-limit-tokens': '1000' });
    expect(Number(first.headers['x-ratelimit-remaining-tokens'])).toBeLessThan(500);
    await untilSettled(key);
    const second = await client.chat(key, chat);
    expect(second.status).toBe(status);
    if (status === 429) {
      expectRefusal(second, { status, code: 'rate_limit_exceeded', param: null, type: 'tokens' });
      expectWait(second, 120_000);
    }
  });

  it('is too_many_parallel_requests while as many run, and is served as soon as one has ended', async () => {
    const { key } = await client.createKey({ max_parallel_requests: 2 });
    const upstreamHeld = holdUpstream();
    const running = [client.chat(key, chat), client.chat(key, chat)];
    await upstreamHeld.untilHeld(2);
    const refused = await client.chat(key, chat);
    expectRefusal(refused, { status: 429, code: 'too_many_parallel_requests', param: null, type: 'requests' });
    const waitMs = expectWait(refused, 5_000);
    upstreamHeld.release();
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200]);
    // The one real wait: a client that keeps to what it is told gets through.
    await sleep(waitMs);
    expect((await client.chat(key, chat)).status).toBe(200);
  });
});

describe('POST /v1/chat/completions beyond a budget', () => {
  /** What one request reserves. */
  async function measureBound(): Promise<number> {
    const { key } = await client.createKey({ max_budget: '1.00' });
    const upstreamHeld = holdUpstream();
    const running = client.chat(key, chat);
    await upstreamHeld.untilHeld(1);
    const { reservedNano } = await client.readFigures(key);
    upstreamHeld.release();
    await running;
    return reservedNano;
  }
  const usd = (nano: number) => `0.${String(nano).padStart(9, '0')}`;
  let boundNano: number;
  beforeAll(async () => {
    boundNano = await measureBound();
    expect(boundNano).toBeGreaterThan(costNano);
  });

  it('is budget_reserved while running requests hold the rest, and is served once they have used less', async () => {
    const { key } = await client.createKey({ max_budget: usd(boundNano + costNano) });
    const upstreamHeld = holdUpstream();
    const running = client.chat(key, chat);
    await upstreamHeld.untilHeld(1);
    const refused = await client.chat(key, chat);
    expectRefusal(refused, { status: 429, code: 'budget_reserved', param: null, type: 'requests' });
    expectWait(refused, 5_000);
    upstreamHeld.release();
    await running;
    await untilSettled(key);
    expect((await client.chat(key, chat)).status).toBe(200);
  });

  it('is insufficient_quota once less is left than it may cost, and no SDK is to try it again', async () => {
    const { key } = await client.createKey({ max_budget: usd(boundNano) });
    const served = await client.chat(key, chat);
    expect(served).toMatchObject({
      status: 200,
      headers: {
        'x-portcullis-cost-usd': '0.00000255',
        'x-portcullis-budget-remaining-usd': usd(boundNano - costNano).replace(/0+$/, ''),
      },
    });
    await untilSettled(key);
    const before = upstream.seen.length;
    const refused = await client.chat(key, chat);
    expectRefusal(refused, { status: 429, code: 'insufficient_quota', param: null, type: 'insufficient_quota' });
    expect(refused.headers).toMatchObject({ 'x-should-retry': 'false' });
    expect(refused.headers).not.toHaveProperty('retry-after');
    expect(upstream.seen.length).toBe(before);
    expect(await client.readFigures(key)).toEqual({
      spentNano: costNano,
      reservedNano: 0,
      remainingNano: boundNano - costNano,
    });
  });

  it('of the account is refused for each of its keys, and for no other account’s', async () => {
    const account = await client.createAccount({ max_budget: usd(boundNano) });
    const [first, second] = await Promise.all([
      client.createKey({}, account.masterKey),
      client.createKey({}, account.masterKey),
    ]);
    expect((await client.chat(first.key, chat)).status).toBe(200);
    await untilSettled(first.key);
    const refused = { status: 429, code: 'insufficient_quota', param: null, type: 'insufficient_quota' };
    expectRefusal(await client.chat(first.key, chat), refused);
    expectRefusal(await client.chat(second.key, chat), refused);
    expect((await client.chat(gateway.masterKey, chat)).status).toBe(200);
  });

  it('of a model is refused for that model alone', async () => {
    const { key } = await client.createKey({ model_limits: { 'gpt-4o-mini': { max_budget: usd(boundNano - 1) } } });
    const quota = { status: 429, code: 'insufficient_quota', param: null, type: 'insufficient_quota' };
    expectRefusal(await client.chat(key, chat), quota);
    expect((await client.chat(key, { ...chat, model: 'openai/gpt-4o' })).status).toBe(200);
  });

  it('is given a smaller output limit where the client set none, and is told which', async () => {
    const { key } = await client.createKey({ max_budget: usd(boundNano + 100 * 600) });
    const { max_completion_tokens: _none, ...open } = chat;
    const answer = await client.chat(key, open);
    expect(answer.status).toBe(200);
    const told = Number(answer.headers['x-portcullis-max-tokens']);
    expect(told).toBeGreaterThan(50);
    expect(told).toBeLessThan(300);
    expect(JSON.parse(Buffer.from(upstream.seen.at(-1)?.body ?? []).toString())).toMatchObject({
      max_completion_tokens: told,
    });
  });
});
