import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readChatRequest } from '../../../lambdas/domain/inference/outline-chat.ts';
import { type BoundLimits, boundFor } from '../../../lambdas/domain/pricing/bound-for.ts';
import { chargeFor } from '../../../lambdas/domain/pricing/charge-for.ts';
import { findModel } from '../../../lambdas/domain/pricing/find-model.ts';
import { completeRates, type ModelFacts, unknownModel } from '../../../lambdas/domain/pricing/price.ts';
import { jsonBytes } from '../../support/recordings.ts';
import { toBytes } from '../../support/text.ts';

const atMs = Date.parse('2026-11-22');
const hello = [{ role: 'user', content: 'hi' }];
const capped: BoundLimits = { isCapped: true, isTokenLimited: false, defaultMaxTokens: 4_096 };
const free: BoundLimits = { ...capped, isCapped: false };

function bound(
  body: Record<string, unknown>,
  limits: BoundLimits,
  { provider = 'openai', model = 'gpt-4o', facts = findModel(provider, model, atMs), bodyBytes = 0 } = {},
) {
  const whole = { model, messages: hello, ...body };
  const bytes = bodyBytes === 0 ? jsonBytes(whole).length : bodyBytes;
  const parsed = readChatRequest(whole);
  if (!parsed.ok) throw new Error(parsed.refusal.message);
  return boundFor({ outline: parsed.value, bodyBytes: bytes, provider, model, facts }, limits);
}

function boundOf(...args: Parameters<typeof bound>) {
  const outcome = bound(...args);
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  return outcome.value;
}

function refusalOf(...args: Parameters<typeof bound>) {
  const outcome = bound(...args);
  return outcome.ok ? undefined : [outcome.refusal.code, outcome.refusal.param];
}

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 2_000 }));
const image = fc.constantFrom('low', 'high', 'auto').map((detail) => ({
  type: 'image_url',
  image_url: { url: `data:image/png;base64,${'A'.repeat(50)}`, detail },
}));
const part = fc.oneof(
  text.map((value) => ({ type: 'text', text: value })),
  image,
);
const content = fc.oneof(text, fc.array(part, { minLength: 1, maxLength: 4 }));
const messages = fc.array(content, { minLength: 1, maxLength: 5 });
const rate = fc.integer({ min: 0, max: 200_000_000 });
const rates = fc.record({
  input: rate,
  cachedInput: rate,
  cacheWrite: rate,
  cacheWriteHour: rate,
  output: rate,
  reasoning: rate,
  audioInput: fc.constant(undefined),
  audioOutput: fc.constant(undefined),
});
const facts: fc.Arbitrary<ModelFacts> = fc.record({
  price: fc.record({
    rates,
    longContext: fc.array(fc.record({ above: fc.integer({ min: 0, max: 4_000 }), rates }), { maxLength: 1 }),
    requestNano: fc.integer({ min: 0, max: 30_000_000 }),
  }),
  contextWindow: fc.option(fc.integer({ min: 8_192, max: 1_000_000 }), { nil: undefined }),
  maxOutputTokens: fc.option(fc.integer({ min: 256, max: 128_000 }), { nil: undefined }),
});
const ownLimit = fc.option(fc.integer({ min: 1, max: 50_000 }), { nil: null });
const share = fc.double({ min: 0, max: 1, noNaN: true });

/** What the texts alone can count: one token for each byte, which no vocabulary exceeds. */
function textTokens(contents: readonly unknown[]): number {
  const texts = contents.flatMap((value) => (typeof value === 'string' ? [value] : Object.values(value ?? {})));
  return texts
    .map((value) => (typeof value === 'string' ? value : String(value.text ?? '')))
    .reduce((sum, value) => sum + toBytes(value).length, 0);
}

/** gpt-4o's published 85, and 8 × 170 for the largest image in high detail. */
function imageTokens(contents: readonly unknown[]): number {
  const details = JSON.stringify(contents).match(/"detail":"\w+"/g) ?? [];
  return details.reduce((sum, detail) => sum + (detail.includes('low') ? 85 : 1_445), 0);
}

describe('a bound', () => {
  it('is never below what the request can be charged, however the provider counts', () => {
    const asked = fc.tuple(ownLimit, fc.integer({ min: 1, max: 8 }));
    const cuts = fc.tuple(share, share, share, share);
    fc.assert(
      fc.property(messages, facts, asked, cuts, (contents, model, [own, n], cut) => {
        const body = { messages: contents.map((value) => ({ role: 'user', content: value })), max_tokens: own, n };
        const { amountNano, tokens, outputLimit } = boundOf(body, capped, { facts: model });
        const counted = textTokens(contents) + 500 + imageTokens(contents);
        // A provider takes no more than its window.
        const inputTokens = Math.min(counted, model.contextWindow ?? counted);
        const outputTokens = n * (own ?? outputLimit?.tokens ?? 0);
        const used = {
          inputTokens,
          cachedInputTokens: Math.floor(inputTokens * cut[0]),
          cacheWriteTokens: Math.floor(inputTokens * cut[1]),
          audioInputTokens: 0,
          outputTokens,
          reasoningTokens: Math.floor(outputTokens * cut[2]),
          audioOutputTokens: 0,
        };
        const charge = model.price === undefined ? Number.NaN : chargeFor(model.price, used);
        expect(amountNano).toBeGreaterThanOrEqual(charge);
        expect(tokens).toBeGreaterThanOrEqual(inputTokens + outputTokens);
        expect(outputTokens).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is what the budget affords, to the token, where the client set no limit', () => {
    const budget = fc.integer({ min: 0, max: 3_000_000_000 });
    fc.assert(
      fc.property(facts, budget, fc.integer({ min: 1, max: 4 }), (model, affordableNano, n) => {
        const same = { facts: model, bodyBytes: 100 };
        const { amountNano, outputLimit } = boundOf({ n }, { ...capped, affordableNano }, same);
        const tokens = outputLimit?.tokens ?? 0;
        const withLimit = (limit: number) => boundOf({ n, max_tokens: limit }, capped, same).amountNano;
        expect(amountNano).toBe(withLimit(tokens));
        expect(amountNano <= affordableNano || tokens === 1).toBe(true);
        const most = boundOf({ n }, capped, same).outputLimit?.tokens ?? 0;
        expect(tokens === most || withLimit(tokens + 1) > affordableNano).toBe(true);
      }),
    );
  });

  it('of absurd numbers is the largest amount there is, which no budget holds', () => {
    const body = { n: Number.MAX_SAFE_INTEGER, max_tokens: Number.MAX_SAFE_INTEGER };
    expect(boundOf(body, capped)).toMatchObject({
      amountNano: Number.MAX_SAFE_INTEGER,
      tokens: Number.MAX_SAFE_INTEGER,
    });
  });

  it('charges a request that can reach the long context at its rates', () => {
    const model = {
      ...unknownModel,
      price: {
        rates: completeRates({ input: 1_000, output: 1_000 }),
        longContext: [{ above: 10_000, rates: completeRates({ input: 9_000, output: 9_000 }) }],
        requestNano: 0,
      },
    };
    const body = { messages: [{ role: 'user', content: 'x'.repeat(10_000) }], max_tokens: 1 };
    const { amountNano, tokens } = boundOf(body, capped, { facts: model });
    expect(amountNano).toBe(9 * tokens);
  });
});

describe('the output limit', () => {
  it.each([
    ['openai', 'gpt-4o', 'max_completion_tokens'],
    ['groq', 'openai/gpt-oss-120b', 'max_completion_tokens'],
    ['mistral', 'mistral-small-latest', 'max_tokens'],
    ['deepseek', 'deepseek-chat', 'max_tokens'],
  ])('that the gateway sets goes by the name that %s knows', (provider, model, field) => {
    expect(boundOf({}, capped, { provider, model }).outputLimit).toEqual({ field, tokens: 4_096 });
  });

  it.each(['max_tokens', 'max_completion_tokens'])('of the client’s is never altered: %s', (field) => {
    expect(boundOf({ [field]: 60_000 }, capped).outputLimit).toBeUndefined();
    expect(boundOf({ [field]: 60_000 }, capped).tokens).toBeGreaterThan(60_000);
  });

  it('is said again where the provider does not know the client’s name for it, or it would limit nothing', () => {
    const { outputLimit } = boundOf({ max_completion_tokens: 77 }, capped, {
      provider: 'deepseek',
      model: 'deepseek-chat',
    });
    expect(outputLimit).toEqual({ field: 'max_tokens', tokens: 77 });
  });

  it('is set only where a cap or a limit of tokens is in force', () => {
    expect(boundOf({}, free).outputLimit).toBeUndefined();
    expect(boundOf({}, { ...free, isTokenLimited: true }).outputLimit).toBeDefined();
  });

  it('is no more than the model can write, the plan gives, and the minute has left', () => {
    const limitOf = (limits: Partial<BoundLimits>) => boundOf({}, { ...capped, ...limits }).outputLimit?.tokens;
    expect(limitOf({ defaultMaxTokens: 100_000 })).toBe(16_384);
    expect(limitOf({ defaultMaxTokens: 77 })).toBe(77);
    const { tokens } = boundOf({}, { ...capped, tokensAvailable: 2_000 });
    expect(tokens).toBe(2_000);
    expect(limitOf({ tokensAvailable: 3 })).toBe(1);
  });

  it('is left off beside a prediction, which takes none, and the model’s own counts', () => {
    const { outputLimit, tokens } = boundOf({ prediction: { type: 'content', content: 'x' } }, capped);
    expect(outputLimit).toBeUndefined();
    expect(tokens).toBeGreaterThan(16_384);
  });
});

describe('under a cap', () => {
  const content = (value: unknown) => ({ messages: [...hello, { role: 'user', content: [value] }] });

  it('a model without a price is refused, and without a cap it is not', () => {
    const unknown = { model: 'gpt-of-tomorrow' };
    expect(refusalOf({}, capped, unknown)).toEqual(['unpriced_model', 'model']);
    expect(boundOf({}, free, unknown).amountNano).toBe(0);
  });

  it.each([
    [{ service_tier: 'priority' }, 'service_tier'],
    [{ web_search_options: {} }, 'web_search_options'],
    [{ search_parameters: { mode: 'auto' } }, 'search_parameters'],
    [{ plugins: [{ id: 'web' }] }, 'plugins'],
    [{ tools: [{ type: 'function' }, { type: 'web_search' }] }, 'tools[1]'],
  ])('%j is refused, by name', (body, param) => {
    expect(refusalOf(body, capped)).toEqual(['unbounded_request', param]);
    expect(refusalOf(body, free)).toBeUndefined();
  });

  it.each([
    { service_tier: 'auto' },
    { service_tier: 'flex' },
    { web_search_options: null },
    { tools: [{ type: 'custom' }] },
  ])('%j is not', (body) => {
    expect(refusalOf(body, capped)).toBeUndefined();
  });

  it('a model that searches for every request, at a price that says so, may', () => {
    expect(refusalOf({ web_search_options: {} }, capped, { model: 'gpt-4o-search-preview' })).toBeUndefined();
    expect(boundOf({ max_tokens: 1 }, capped, { model: 'gpt-4o-search-preview' }).amountNano).toBeGreaterThan(
      25_000_000,
    );
  });

  it.each([
    [content({ type: 'file', file: { file_id: 'file-1' } }), 'messages[1].content[0]'],
    [content({ type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA' } }), 'messages[1].content[0]'],
    [content({ type: 'video_url', video_url: { url: 'https://x' } }), 'messages[1].content[0]'],
    [content({ type: 'image_url', image_url: 7 }), 'messages[1].content[0]'],
    [{ messages: [{ role: 'assistant', audio: { id: 'audio_1' } }] }, 'messages[0].audio'],
    [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
    [{ prompt: { id: 'pmpt_1' } }, 'prompt'],
  ])('what the body does not hold counts as the whole context window, or is refused: %j', (body, param) => {
    expect(boundOf(body, capped).tokens).toBeGreaterThan(128_000);
    const { price } = findModel('openai', 'gpt-4o', atMs);
    expect(refusalOf(body, capped, { facts: { ...unknownModel, price } })).toEqual(['unbounded_request', param]);
  });

  it('an image counts by its formula, not by its bytes', () => {
    const url = `data:image/png;base64,${'A'.repeat(1_000_000)}`;
    const { tokens } = boundOf({ ...content({ type: 'image_url', image_url: { url } }), max_tokens: 1 }, capped);
    expect(tokens).toBeGreaterThan(85 + 8 * 170);
    expect(tokens).toBeLessThan(3_000);
  });

  it('audio counts a token for each tenth of a second at the lowest rate there is, at the price of audio', () => {
    const heard = content({ type: 'input_audio', input_audio: { data: 'A'.repeat(400_000), format: 'mp3' } });
    const audio = { model: 'gpt-audio' };
    const silent = boundOf({ max_tokens: 1 }, capped, audio);
    const { tokens, amountNano } = boundOf({ ...heard, max_tokens: 1 }, capped, audio);
    expect(tokens - silent.tokens).toBeGreaterThanOrEqual(3_000);
    expect(tokens - silent.tokens).toBeLessThan(3_200);
    const { price } = findModel('openai', 'gpt-audio', atMs);
    expect(amountNano - silent.amountNano).toBeGreaterThanOrEqual(3 * (price?.rates.audioInput ?? Number.NaN));
    expect(refusalOf(heard, capped)).toEqual(['unpriced_model', 'messages']);
    expect(refusalOf({ modalities: ['text', 'audio'] }, capped)).toEqual(['unpriced_model', 'modalities']);
    expect(refusalOf({ modalities: ['text', 'audio'] }, capped, audio)).toBeUndefined();
  });
});
