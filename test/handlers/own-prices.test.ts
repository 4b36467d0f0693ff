import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GatewayFault } from '../../lambdas/domain/errors.ts';
import { isLogged } from '../../lambdas/domain/limits/request-record.ts';
import type { PriceOverrides } from '../../lambdas/domain/pricing/price-overrides.ts';
import { createDataPlane } from '../../lambdas/handlers/data-plane.ts';
import { completion } from '../support/fake-upstream.ts';
import { createLimitedChat } from '../support/limited-chat.ts';
import { createMemoryPorts, type MemoryPorts, validKey } from '../support/memory-ports.ts';
import { createMemorySink } from '../support/memory-sink.ts';

const capped = { maxBudgetNano: 1_000_000_000 };
/** $2 for a million tokens in, $8 for a million out. */
const own = { input: '2', output: '8' };
const { prices: noOwnPrices } = createMemoryPorts({});

function withPrices(prices: PriceOverrides): Pick<MemoryPorts, 'prices'> {
  return { prices: createMemoryPorts({ prices }).prices };
}
const unreadable = {
  prices: { readPrices: () => Promise.reject(new GatewayFault('service_unavailable')) },
};

describe('a model that no catalogue prices', () => {
  const body = { model: 'openai/model-of-tomorrow' };

  it('is refused under a cap, and admitted by a price of the operator’s', async () => {
    const refused = await createLimitedChat({ limits: capped }).chat(body);
    expect(refused.json).toMatchObject({ error: { code: 'unpriced_model', param: 'model' } });
    const { chat, ports } = createLimitedChat({
      limits: capped,
      overrides: withPrices({ 'openai/model-of-tomorrow': own }),
    });
    const served = await chat(body);
    const { prompt_tokens, completion_tokens } = completion.usage;
    const cost = prompt_tokens * 2_000 + completion_tokens * 8_000;
    expect(served).toMatchObject({ status: 200, headers: { 'x-portcullis-cost-usd': '0.000034' } });
    expect(cost).toBe(34_000);
    expect(ports.stores.kept.get('req-1')).toMatchObject({ amountNano: cost, model: 'model-of-tomorrow' });
    expect(ports.lines.join()).toContain('"model":"model-of-tomorrow"');
  });

  it('and is priced by a prefix alone is the caller’s own text, and is not kept', async () => {
    const { chat, ports } = createLimitedChat({ limits: capped, overrides: withPrices({ 'openai/*': own }) });
    expect((await chat(body)).status).toBe(200);
    expect(ports.stores.kept.get('req-1')).toMatchObject({ amountNano: 34_000, model: 'other' });
    expect(ports.lines.join()).not.toContain('of-tomorrow');
  });
});

describe('a price of the operator’s', () => {
  it('is that of the start of the request, though it changes while that runs', async () => {
    let prices = withPrices({ 'openai/gpt-4o-mini': own }).prices;
    const book = { readPrices: () => prices.readPrices() };
    const { chat, respond, ports } = createLimitedChat({ overrides: { prices: book } });
    respond(async () => {
      prices = withPrices({ 'openai/gpt-4o-mini': { input: '200', output: '800' } }).prices;
      return { kind: 'complete', status: 200, headers: {}, body: new Uint8Array(), usage: tokens };
    });
    await chat();
    expect(ports.stores.kept.get('req-1')).toMatchObject({ amountNano: 10 * 2_000 });
    await chat();
    expect(ports.stores.kept.get('req-2')).toMatchObject({ amountNano: 10 * 200_000 });
  });

  it('bounds what is reserved, too', async () => {
    const reserved = async (prices: Pick<MemoryPorts, 'prices'>) => {
      const { chat, ports } = createLimitedChat({ limits: capped, overrides: prices });
      await chat();
      const record = ports.stores.kept.get('req-1');
      return record !== undefined && isLogged(record) ? record.reservedNano : 0;
    };
    const listed = await reserved({ prices: noOwnPrices });
    expect(await reserved(withPrices({ 'openai/gpt-4o-mini': own }))).toBeGreaterThan(10 * listed);
  });
});

const tokens = {
  inputTokens: 10,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  audioInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  audioOutputTokens: 0,
};

describe('while the operator’s prices cannot be read', () => {
  it('nothing is forwarded under a cap: the catalogue’s price may not be the right one', async () => {
    const { chat, seen } = createLimitedChat({ limits: capped, overrides: unreadable });
    expect(await chat()).toMatchObject({ status: 503, json: { error: { code: 'service_unavailable' } } });
    expect(seen).toEqual([]);
  });

  it('who has no cap is served, at the catalogue’s price, and the log says so', async () => {
    const { chat, ports } = createLimitedChat({ overrides: unreadable });
    expect((await chat()).status).toBe(200);
    expect(ports.stores.kept.get('req-1')).toMatchObject({ amountNano: 2_550 });
    expect(JSON.parse(ports.lines.at(-1) ?? '')).toMatchObject({ event: 'request', pricesUnread: true });
  });

  it('a request that is wrong is still told so', async () => {
    const { chat } = createLimitedChat({ limits: capped, overrides: unreadable });
    expect((await chat({ model: 'nobody/x' })).status).toBe(404);
  });
});

describe('the models', () => {
  const list = z.object({ data: z.array(z.object({ id: z.string(), owned_by: z.string() })) });

  async function listed(path: string, prices: PriceOverrides) {
    const upstreams = {
      openai: { baseUrl: 'http://127.0.0.1:1', credential: 'optional' },
      groq: { baseUrl: 'http://127.0.0.1:1', credential: 'required' },
    } as const;
    const sink = createMemorySink();
    const headers = { authorization: `Bearer ${validKey}` };
    await createDataPlane(createMemoryPorts({ upstreams, prices }))(
      { requestId: 'r', method: 'GET', path, headers, body: new Uint8Array(), sourceIp: '::1', remainingMs: 60_000 },
      sink,
    );
    return sink.json;
  }
  const prices = {
    'openai/model-of-tomorrow': own,
    'openai/GPT-5-mini': own,
    'openai/next*': own,
    'groq/no-credential': own,
    'elsewhere/no-such-provider': own,
  };

  it('listed are those that have a price by name as well, once each, where their provider can be called', async () => {
    const ids = list.parse(await listed('/v1/models', prices)).data.map(({ id }) => id);
    expect(ids).toContain('openai/model-of-tomorrow');
    expect(ids.filter((id) => /gpt-5-mini$/i.test(id))).toEqual(['openai/gpt-5-mini']);
    expect(ids.filter((id) => /next|no-credential|no-such/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are found one by one as they are listed', async () => {
    expect(await listed('/v1/models/openai/model-of-tomorrow', prices)).toMatchObject({
      id: 'openai/model-of-tomorrow',
      owned_by: 'openai',
    });
    expect(await listed('/v1/models/openai/model-of-tomorrow', {})).toMatchObject({
      error: { code: 'model_not_found' },
    });
  });
});
