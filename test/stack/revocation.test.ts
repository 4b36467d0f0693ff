import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginStream, chunkEvent, endStream } from '../support/chat-stream.ts';
import { answerWith, completion } from '../support/fake-upstream.ts';
import type { HttpAnswer } from '../support/http-client.ts';
import { type LedgerClient, sumOf } from '../support/ledger-client.ts';
import { type LedgerStack, startLedgerStack } from '../support/ledger-stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const chat = { model: 'openai/gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }], max_completion_tokens: 2 };
/** $0.15 for a million tokens in, $0.60 for a million out. */
const costNano = 9 * 150 + 2 * 600;

let stack: LedgerStack;
let client: LedgerClient;
let masterKey: string;
let accountId: string;
beforeAll(async () => {
  stack = await startLedgerStack();
  ({ client } = stack);
  ({ masterKey, id: accountId } = await client.createAccount());
});
afterAll(() => stack.stop());

/** Resolves once the key is revoked, with the moment at which the answer said so. */
async function revoke(id: string): Promise<number> {
  const answer = await client.call({ key: masterKey, path: `/v1/keys/${id}`, method: 'DELETE' });
  expect(answer.status).toBe(200);
  return performance.now();
}

async function untilSettled(scope: string): Promise<void> {
  await waitUntil('nothing is reserved', async () => (await client.readScope(scope)).reserved === 0);
}

describe('a key that is revoked under load', () => {
  it('serves no request that began after the revoking call returned, and has paid for all that it served', async () => {
    stack.upstream.respond(answerWith(200, JSON.stringify(completion)));
    const { id, key } = await client.createKey({}, masterKey);
    const done: { readonly begunAtMs: number; readonly answer: HttpAnswer }[] = [];
    let isOver = false;
    const work = async () => {
      while (!isOver) {
        const begunAtMs = performance.now();
        done.push({ begunAtMs, answer: await client.chat(key, chat) });
      }
    };
    const load = Array.from({ length: 16 }, work);
    // Every environment has the policy in its cache by then.
    await waitUntil('100 answers', () => done.length >= 100, 30_000);
    const revokedAtMs = await revoke(id);
    const before = done.length;
    await waitUntil('100 more answers', () => done.length >= before + 100, 30_000);
    isOver = true;
    await Promise.all(load);

    const late = done.filter(({ begunAtMs }) => begunAtMs >= revokedAtMs);
    expect(late.length).toBeGreaterThan(50);
    expect(late.filter(({ answer }) => answer.status !== 401).length).toBe(0);
    expect(late[0]?.answer.json).toMatchObject({ error: { code: 'key_disabled' } });
    expect(new Set(done.map(({ answer }) => answer.status))).toEqual(new Set([200, 401]));
    await untilSettled(`key:${id}`);
    const served = done.filter(({ answer }) => answer.status === 200).length;
    expect((await client.readScope(`key:${id}`)).committed).toBe(served * costNano);
    expect(sumOf(await client.readRecords({ accountId, keyId: id }))).toBe(served * costNano);
    process.stdout.write(`revocation: ${served} served, ${late.length} of ${late.length} later ones refused\n`);
  });
});

describe('a stream that runs while its key is revoked', () => {
  it.each([
    ['goes on', 100],
    ['is silent', undefined],
  ])(
    'ends within 5 s with an error event where the provider %s, and what it used is charged',
    async (_case, everyMs) => {
      const streams: ServerResponse[] = [];
      let writing: ReturnType<typeof setInterval> | undefined;
      stack.upstream.respond((response) => {
        streams.push(response);
        beginStream(response);
        if (everyMs !== undefined) writing = setInterval(() => response.write(chunkEvent(' more')), everyMs);
      });
      const { id, key } = await client.createKey({}, masterKey);
      const running = client
        .chat(key, { ...chat, stream: true })
        .then((answer) => ({ answer, endedAtMs: performance.now() }));
      try {
        await waitUntil('the stream has begun', () => streams.length > 0);
        const revokedAtMs = await revoke(id);
        const { answer, endedAtMs } = await running;
        expect(endedAtMs - revokedAtMs).toBeLessThan(5_000);
        expect(answer.status).toBe(200);
        const [first, ...rest] = answer.text.split('\n\n').filter((event) => event.startsWith('data: '));
        expect(`${first}\n\n`).toBe(chunkEvent('Hello'));
        expect(JSON.parse(rest.at(-1)?.slice('data: '.length) ?? '')).toMatchObject({
          error: { code: 'key_disabled' },
        });
      } finally {
        clearInterval(writing);
        for (const response of streams) endStream(response);
      }
      await untilSettled(`key:${id}`);
      expect((await client.readScope(`key:${id}`)).committed).toBe(costNano);
      expect(await client.readRecords({ accountId, keyId: id })).toMatchObject([
        { status: 'completed', estimated: false, amountNano: costNano },
      ]);
    },
  );
});
