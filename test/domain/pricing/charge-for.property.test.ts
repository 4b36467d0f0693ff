import { calcPrice, findProvider } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chargeFor, costOf } from '../../../lambdas/domain/pricing/charge-for.ts';
import { findModel } from '../../../lambdas/domain/pricing/find-model.ts';
import { completeRates, type Price } from '../../../lambdas/domain/pricing/price.ts';
import type { Usage } from '../../../lambdas/domain/upstream/chat-provider.ts';
import { priceSources } from '../../../scripts/generate-prices.ts';
import { handFacts } from '../../../scripts/model-facts.ts';

const tokens = fc.integer({ min: 0, max: 3_000_000 });
const rate = fc.integer({ min: 0, max: 700_000_000 });
const rates = fc.record({
  input: rate,
  cachedInput: rate,
  cacheWrite: rate,
  cacheWriteHour: rate,
  output: rate,
  reasoning: rate,
  audioInput: fc.option(rate, { nil: undefined }),
  audioOutput: fc.option(rate, { nil: undefined }),
});
const price: fc.Arbitrary<Price> = fc.record({
  rates,
  longContext: fc
    .array(fc.record({ above: tokens, rates }), { maxLength: 2 })
    .map((tiers) => tiers.toSorted((left, right) => left.above - right.above)),
  requestNano: fc.integer({ min: 0, max: 50_000_000 }),
});
/** Parts that fit their totals. */
const usage: fc.Arbitrary<Usage> = fc
  .tuple(tokens, tokens, tokens, tokens, tokens, tokens, tokens)
  .map(([text, cached, written, heard, said, reasoned, spoken]) => ({
    inputTokens: text + cached + written + heard,
    cachedInputTokens: cached,
    cacheWriteTokens: written,
    audioInputTokens: heard,
    outputTokens: said + reasoned + spoken,
    reasoningTokens: reasoned,
    audioOutputTokens: spoken,
  }));
/** Whatever a provider may say, parts above totals included. */
const wildTokens = fc.integer({ min: 0, max: 1_000_000_000 });
const wildUsage: fc.Arbitrary<Usage> = fc.record({
  inputTokens: wildTokens,
  cachedInputTokens: wildTokens,
  cacheWriteTokens: wildTokens,
  audioInputTokens: wildTokens,
  outputTokens: wildTokens,
  reasoningTokens: wildTokens,
  audioOutputTokens: wildTokens,
});

/** The same sum in integers of any size, written apart. */
function referenceCharge({ rates: base, longContext, requestNano }: Price, used: Usage): bigint {
  let at = base;
  for (const tier of longContext) if (used.inputTokens > tier.above) at = tier.rates;
  const text = used.inputTokens - used.cachedInputTokens - used.cacheWriteTokens - used.audioInputTokens;
  const said = used.outputTokens - used.reasoningTokens - used.audioOutputTokens;
  const pico =
    BigInt(text) * BigInt(at.input) +
    BigInt(used.cachedInputTokens) * BigInt(at.cachedInput) +
    BigInt(used.cacheWriteTokens) * BigInt(at.cacheWrite) +
    BigInt(used.audioInputTokens) * BigInt(at.audioInput ?? at.input) +
    BigInt(said) * BigInt(at.output) +
    BigInt(used.reasoningTokens) * BigInt(at.reasoning) +
    BigInt(used.audioOutputTokens) * BigInt(at.audioOutput ?? at.output);
  return (pico + 999n) / 1000n + BigInt(requestNano);
}

describe('a charge', () => {
  it('is the exact sum of its parts, rounded up once', () => {
    fc.assert(
      fc.property(price, usage, (asked, used) => {
        expect(BigInt(chargeFor(asked, used))).toBe(referenceCharge(asked, used));
      }),
      { numRuns: 2000 },
    );
  });

  it('is a safe integer, and never negative, whatever the provider reports', () => {
    fc.assert(
      fc.property(price, wildUsage, (asked, used) => {
        const charge = chargeFor(asked, used);
        expect(Number.isSafeInteger(charge)).toBe(true);
        expect(charge).toBeGreaterThanOrEqual(asked.requestNano);
      }),
      { numRuns: 2000 },
    );
  });

  it('never falls when more of anything is used', () => {
    const grown = fc.constantFrom('cachedInputTokens', 'cacheWriteTokens', 'audioInputTokens', 'text' as const);
    fc.assert(
      fc.property(price, usage, grown, tokens, (asked, used, part, more) => {
        const flat = { ...asked, longContext: [] };
        const larger = { ...used, inputTokens: used.inputTokens + more };
        const after = part === 'text' ? larger : { ...larger, [part]: used[part] + more };
        expect(chargeFor(flat, after)).toBeGreaterThanOrEqual(chargeFor(flat, used));
        const longer = { ...used, outputTokens: used.outputTokens + more };
        expect(chargeFor(asked, longer)).toBeGreaterThanOrEqual(chargeFor(asked, used));
      }),
    );
  });

  it('stays the largest amount there is where numbers end', () => {
    expect(costOf([[Number.MAX_SAFE_INTEGER, 700_000_000]])).toBe(Number.MAX_SAFE_INTEGER);
    expect(costOf([[1e300, 1e300]])).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('for long context is at the long rates for the whole request, from the first token above', () => {
    const tiered: Price = {
      rates: completeRates({ input: 1_000, output: 2_000 }),
      longContext: [{ above: 100, rates: completeRates({ input: 5_000, output: 7_000 }) }],
      requestNano: 0,
    };
    const used = {
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
      audioInputTokens: 0,
      reasoningTokens: 0,
      audioOutputTokens: 0,
    };
    expect(chargeFor(tiered, { ...used, inputTokens: 100, outputTokens: 10 })).toBe(100 + 20);
    expect(chargeFor(tiered, { ...used, inputTokens: 101, outputTokens: 10 })).toBe(505 + 70);
  });
});

const noon = Date.parse('2026-11-22T12:00:00Z');
const times = [noon, noon - 10 * 3_600_000, Date.parse('2025-01-01T17:00:00Z')];
const samples: readonly Usage[] = [1, 999, 128_000, 128_001, 272_000, 900_001].map((input) => ({
  inputTokens: input,
  cachedInputTokens: Math.floor(input / 7),
  cacheWriteTokens: Math.floor(input / 11),
  audioInputTokens: 0,
  outputTokens: 1_234,
  reasoningTokens: 34,
  audioOutputTokens: 0,
}));

/** What the source itself makes of it, nano-dollars; undefined where it knows no price. */
function sourceCharge(providerId: string, model: string, used: Usage, atMs: number): number | undefined {
  const counts = {
    input_tokens: used.inputTokens,
    cache_read_tokens: used.cachedInputTokens,
    cache_write_tokens: used.cacheWriteTokens,
    output_tokens: used.outputTokens,
    output_reasoning_tokens: used.reasoningTokens,
  };
  const result = calcPrice(counts, model, { providerId, timestamp: new Date(atMs) });
  return result === null ? undefined : result.total_price * 1e9;
}

/** Nano-dollars that a fact entered by hand adds to the source's price. */
function addedFee(provider: string, model: string): number {
  const fact = handFacts.find(
    ({ provider: name, requestUsd }) =>
      name === provider && requestUsd !== undefined && model.includes('search-preview'),
  );
  return Math.round((fact?.requestUsd ?? 0) * 1e9);
}

describe.each(Object.entries(priceSources))('the prices of %s', (provider, source) => {
  const models = findProvider({ providerId: source })?.models ?? [];
  const ids = new Set(models.map(({ id }) => id));
  const names = models.flatMap(({ id, match }) => [
    id,
    ...('or' in match ? match.or : [match]).flatMap((rule) => ('equals' in rule ? [rule.equals] : [])),
  ]);

  it('are the source’s own, to the nano-dollar, for every name of every model that has one', () => {
    expect(names.length).toBeGreaterThan(6);
    let compared = 0;
    for (const name of names) {
      for (const atMs of times) {
        const { price: ours } = findModel(provider, name, atMs);
        if (ours === undefined) continue;
        for (const used of samples) {
          const theirs = sourceCharge(source, name, used, atMs);
          // The source finds no price by an id that its own rule does not cover.
          if (theirs === undefined && ids.has(name)) continue;
          const roundedUp = chargeFor(ours, used) - addedFee(provider, name) - (theirs ?? Number.NaN);
          expect(roundedUp, name).toBeGreaterThan(-0.01);
          expect(roundedUp, name).toBeLessThan(1.01);
          compared += 1;
        }
      }
    }
    expect(compared).toBeGreaterThan(names.length);
  });
});
