import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatUsd } from '../../lambdas/domain/money.ts';
import { chunkEvent, doneEvent } from '../support/chat-stream.ts';
import { completion, type Respond } from '../support/fake-upstream.ts';
import type { HttpAnswer } from '../support/http-client.ts';
import { type LedgerClient, sumOf } from '../support/ledger-client.ts';
import { type LedgerStack, measureBound, startLedgerStack } from '../support/ledger-stack.ts';
import { waitUntil } from '../support/wait-until.ts';

const isProof = process.env['PORTCULLIS_PROVE'] !== undefined;
const requests = isProof ? 1_000 : 200;
const seeds = Array.from({ length: isProof ? 20 : 1 }, (_, index) => index + 1);
const atOnce = 64;

const chat = {
  model: 'openai/gpt-4o-mini',
  messages: [{ role: 'user', content: 'Hi' }],
  max_completion_tokens: 20,
};
/** $0.15 for a million tokens in, $0.60 for a million out. */
const usage = { prompt_tokens: 500, completion_tokens: 20 };
const costNano = 500 * 150 + 20 * 600;

const asked = z.object({ stream: z.boolean().optional() });

/** A provider that takes a moment, and tells `usageOf()` for each request. */
const answering =
  (usageOf: () => typeof usage): Respond =>
  async (response, { body }) => {
    const { stream } = asked.parse(JSON.parse(Buffer.from(body).toString()));
    const told = usageOf();
    await sleep(5);
    if (stream) {
      const last = `data: ${JSON.stringify({ choices: [], usage: told })}\n\n`;
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(chunkEvent('Hi') + last + doneEvent);
    } else {
      const whole = JSON.stringify({ ...completion, usage: told });
      response.writeHead(200, { 'content-type': 'application/json' }).end(whole);
    }
  };

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const refusal = z.object({ error: z.object({ code: z.string() }) });
/** `served`, or the code of the refusal. */
function outcomeOf(answer: HttpAnswer): string {
  return answer.status === 200 ? 'served' : refusal.parse(answer.json).error.code;
}

function count(outcomes: readonly string[], outcome: string): number {
  return outcomes.filter((one) => one === outcome).length;
}

/** `send` for each request, `atOnce` at a time. */
async function burst(send: (index: number) => Promise<HttpAnswer>): Promise<readonly string[]> {
  const outcomes: string[] = [];
  let next = 0;
  const work = async () => {
    while (next < requests) {
      next += 1;
      outcomes.push(outcomeOf(await send(next)));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return outcomes;
}

/** Reads again and again while `run` runs. */
async function watching<Figure, Result>(read: () => Promise<Figure>, run: () => Promise<Result>) {
  const seen: Figure[] = [];
  let isOver = false;
  const reading = (async () => {
    while (!isOver) {
      seen.push(await read());
      await sleep(10);
    }
  })();
  try {
    return { result: await run(), seen };
  } finally {
    isOver = true;
    await reading;
  }
}

/** One after the other, each once the one before is settled, until one is refused. */
async function drain(send: () => Promise<HttpAnswer>, untilSettled: () => Promise<void>): Promise<readonly string[]> {
  const outcomes: string[] = [];
  do {
    await untilSettled();
    outcomes.push(outcomeOf(await send()));
  } while (outcomes.at(-1) === 'served' && outcomes.length <= requests);
  return outcomes;
}

const refusals = ['served', 'budget_reserved', 'insufficient_quota'];

describe('a cap is never exceeded, and all that it pays for is served', () => {
  let stack: LedgerStack;
  let client: LedgerClient;
  let boundNano: number;
  beforeAll(async () => {
    stack = await startLedgerStack();
    ({ client } = stack);
    boundNano = await measureBound(
      stack,
      chat,
      answering(() => usage),
    );
    expect(boundNano).toBeGreaterThan(costNano);
  });
  afterAll(() => stack.stop());

  const untilSettled = (scope: string) =>
    waitUntil('nothing is reserved', async () => (await client.readScope(scope)).reserved === 0, 30_000);

  it.each(seeds)(
    'of a key, under 64 requests at a time, streams among them (seed %i)',
    async (seed) => {
      const random = createRandom(seed);
      stack.upstream.respond(answering(() => usage));
      // The last of them needs room for its bound; all others have cost less by then.
      const paidFor = Math.floor(requests * (0.3 + 0.4 * random()));
      const capNano = (paidFor - 1) * costNano + boundNano;
      const { id, key } = await client.createKey({ type: 'spend_limit', max_budget: formatUsd(capNano) });
      const { result, seen } = await watching(
        () => client.readFigures(key),
        () => burst(() => client.chat(key, { ...chat, ...(random() < 0.5 && { stream: true }) })),
      );
      expect(result.filter((outcome) => !refusals.includes(outcome))).toEqual([]);
      expect(seen.length).toBeGreaterThan(5);
      expect(Math.max(...seen.map(({ spentNano, reservedNano }) => spentNano + reservedNano))).toBeLessThanOrEqual(
        capNano,
      );

      const settled = () => untilSettled(`key:${id}`);
      const after = await drain(() => client.chat(key, chat), settled);
      expect(after.at(-1)).toBe('insufficient_quota');
      expect(count([...result, ...after], 'served')).toBe(paidFor);
      await settled();
      const records = await client.readRecords({ keyId: id });
      expect(await client.readFigures(key)).toEqual({
        spentNano: paidFor * costNano,
        reservedNano: 0,
        remainingNano: capNano - paidFor * costNano,
      });
      expect(sumOf(records)).toBe(paidFor * costNano);
      const tally = refusals.map((outcome) => `${count(result, outcome)} ${outcome}`).join(', ');
      process.stdout.write(`caps: key, seed ${seed}: ${tally}; ${paidFor} paid for; ${seen.length} looks\n`);
    },
    180_000,
  );

  it.each(seeds)(
    'of an account that ten keys share, whatever its requests cost (seed %i)',
    async (seed) => {
      const random = createRandom(seed);
      const costs = () => ({
        prompt_tokens: 1 + Math.floor(random() * 500),
        completion_tokens: Math.floor(random() * 21),
      });
      stack.upstream.respond(answering(costs));
      const capNano = Math.floor(requests * costNano * 2);
      const { id, masterKey } = await client.createAccount({ max_budget: formatUsd(capNano) });
      const scope = `account:${id}`;
      const keys = await Promise.all(Array.from({ length: 10 }, () => client.createKey({}, masterKey)));
      const bodyOf = () => ({
        ...chat,
        ...(random() < 0.5 && { model: 'openai/gpt-4o' }),
        ...(random() < 0.5 && { stream: true }),
      });
      const { result, seen } = await watching(
        () => client.readScope(scope),
        () => burst((index) => client.chat(keys[index % 10]?.key ?? '', bodyOf())),
      );
      expect(result.filter((outcome) => !refusals.includes(outcome))).toEqual([]);
      expect(seen.length).toBeGreaterThan(5);
      expect(Math.max(...seen.map(({ committed }) => committed))).toBeLessThanOrEqual(capNano);

      stack.upstream.respond(answering(() => usage));
      const settled = () => untilSettled(scope);
      const after = await drain(() => client.chat(masterKey, chat), settled);
      expect(after.at(-1)).toBe('insufficient_quota');
      await settled();
      const { committed: spentNano } = await client.readScope(scope);
      expect(spentNano).toBeLessThanOrEqual(capNano);
      expect(capNano - spentNano).toBeLessThan(boundNano);
      const figures = await Promise.all([masterKey, ...keys.map(({ key }) => key)].map(client.readFigures));
      expect(figures.map(({ reservedNano }) => reservedNano)).toEqual(figures.map(() => 0));
      expect(figures.reduce((sum, figure) => sum + figure.spentNano, 0)).toBe(spentNano);
      expect(sumOf(await client.readRecords({ accountId: id }))).toBe(spentNano);
      const tally = refusals.map((outcome) => `${count(result, outcome)} ${outcome}`).join(', ');
      process.stdout.write(`caps: account, seed ${seed}: ${tally}; ${after.length - 1} more; ${seen.length} looks\n`);
    },
    180_000,
  );
});
