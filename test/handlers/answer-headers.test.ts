import { describe, expect, it } from 'vitest';
import { GatewayFault } from '../../lambdas/domain/errors.ts';
import type { Usage } from '../../lambdas/domain/upstream/chat-provider.ts';
import { maxBodyBytes } from '../../lambdas/handlers/data-plane.ts';
import { type Chat, createLimitedChat } from '../support/limited-chat.ts';
import type { MemorySink } from '../support/memory-sink.ts';
import { toBytes } from '../support/text.ts';

/** A request may cost 93,000 nano-dollars and use 614 tokens, and uses 502 for 76,200. */
const used = { prompt_tokens: 500, completion_tokens: 2 };

/** Loose enough that one request fits, and all are limited. */
const limits = { maxBudgetNano: 1_000_000, requestsPerMinute: 10, tokensPerMinute: 2_000 };

const usage: Usage = {
  inputTokens: 9,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  audioInputTokens: 0,
  outputTokens: 2,
  reasoningTokens: 0,
  audioOutputTokens: 0,
};

const json = { 'content-type': 'application/json' };
const fail =
  (fault: GatewayFault): Chat =>
  () =>
    Promise.reject(fault);
const refuseWith =
  (status: number): Chat =>
  async () => ({ kind: 'complete', status, headers: json, body: toBytes('{"error":{}}'), usage: undefined });
const stream: Chat = async () => ({
  kind: 'stream',
  status: 200,
  headers: {},
  async deliver(write, noteUsage) {
    await write(toBytes('data: [DONE]\n\n'));
    noteUsage(usage);
  },
});

/** The groups of headers that an answer has. */
function groupsOf({ headers }: MemorySink): readonly string[] {
  const all = (...names: readonly string[]) => names.every((name) => name in headers);
  const groups = {
    id: all('x-request-id'),
    overhead: all('x-portcullis-overhead-ms'),
    limits: all(
      ...['requests', 'tokens'].flatMap((kind) =>
        ['limit', 'remaining', 'reset'].map((what) => `x-ratelimit-${what}-${kind}`),
      ),
    ),
    provider: all('x-portcullis-provider'),
    cost: all('x-portcullis-cost-usd'),
    budget: all('x-portcullis-budget-remaining-usd'),
    wait: all('retry-after', 'retry-after-ms'),
    final: headers['x-should-retry'] === 'false',
  };
  return Object.entries(groups).flatMap(([name, has]) => (has ? [name] : []));
}

const always = ['id', 'overhead'];
const served = [...always, 'limits', 'provider', 'cost', 'budget'];

describe('the headers of an answer', () => {
  it.each<[string, Chat | undefined, readonly string[]]>([
    ['a whole answer', undefined, served],
    ['a stream, whose cost is not known yet', stream, served.filter((name) => name !== 'cost')],
    ['a provider’s own 400', refuseWith(400), served],
    ['a provider’s own 429', refuseWith(429), served],
    ['a provider’s own 500', refuseWith(500), served],
    ['a provider that was not reached', fail(new GatewayFault('upstream_error', { unsent: true })), served],
    ['a provider that broke off, and is paid for', fail(new GatewayFault('upstream_error')), [...served, 'final']],
    ['a provider that never answered', fail(new GatewayFault('upstream_timeout')), [...served, 'final']],
    ['a fault of our own while it was called', fail(new GatewayFault('internal_error')), [...served, 'final']],
  ])('of %s', async (_case, answer, groups) => {
    const { chat } = createLimitedChat({ limits, ...(answer && { answer }) });
    expect(groupsOf(await chat())).toEqual(groups);
  });

  it.each<[string, object, readonly string[]]>([
    ['requests in a minute', { requestsPerMinute: 1 }, ['limits', 'budget', 'wait']],
    ['tokens in a minute', { tokensPerMinute: 1_000 }, ['limits', 'budget', 'wait']],
    ['what may be spent', { maxBudgetNano: 160_000 }, ['limits', 'budget', 'final']],
  ])('of a refusal for %s', async (_case, tight, groups) => {
    const { chat } = createLimitedChat({ limits: { ...limits, ...tight }, usage: used });
    expect((await chat()).status).toBe(200);
    const refused = await chat();
    expect(refused.status).toBe(429);
    expect(groupsOf(refused)).toEqual([...always, ...groups]);
  });

  it.each<[string, object]>([
    ['requests at a time', { parallelRequests: 1 }],
    ['what running requests hold', { maxBudgetNano: 100_000 }],
  ])('of a refusal for %s', async (_case, tight) => {
    const { chat, respond } = createLimitedChat({ limits: { ...limits, ...tight } });
    let inner: MemorySink | undefined;
    respond(async (call) => {
      respond(refuseWith(400));
      inner = await chat();
      return refuseWith(200)(call);
    });
    await chat();
    expect(inner?.status).toBe(429);
    expect(inner && groupsOf(inner)).toEqual([...always, 'limits', 'budget', 'wait']);
  });

  it.each<[string, number, object, Readonly<Record<string, string>>]>([
    ['no key', 401, {}, { authorization: '' }],
    ['a wrong key', 401, {}, { authorization: 'Bearer ask_' }],
    ['a field of the wrong type', 400, { messages: 5 }, {}],
    ['a model that is not there', 404, { model: 'nobody/x' }, {}],
    ['a model without a price', 400, { model: 'openai/of-tomorrow' }, {}],
    ['more than a minute’s tokens', 400, { max_completion_tokens: 5_000 }, {}],
    ['too long a body', 413, { messages: 'x'.repeat(maxBodyBytes) }, {}],
  ])('of a refusal for %s: nothing is known of any scope', async (_case, status, body, headers) => {
    const { chat } = createLimitedChat({ limits });
    const refused = await chat(body, headers);
    expect(refused.status).toBe(status);
    expect(groupsOf(refused)).toEqual(always);
  });

  it.each([
    ['service_unavailable', 503],
    ['internal_error', 500],
  ] as const)('of a fault of the store (%s)', async (code, status) => {
    const { ports } = createLimitedChat({ limits });
    const ledger = { ...ports.ledger, reserve: () => Promise.reject(new GatewayFault(code)) };
    const failed = await createLimitedChat({ limits, overrides: { ledger } }).chat();
    expect(failed.status).toBe(status);
    expect(groupsOf(failed)).toEqual(always);
    expect(failed.headers['retry-after']).toBe(status === 503 ? '1' : undefined);
  });
});
