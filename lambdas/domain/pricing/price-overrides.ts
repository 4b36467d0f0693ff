import * as z from 'zod/mini';
import { completeRates, type ModelFacts, type PartialRates, type Price } from './price.ts';

// What an operator knows better than the catalogue: a negotiated price, a model of one's own, one that is new today.

/** USD per million tokens, as price lists have it: `"0.25"`. Six places are what the gateway counts in. */
const usdPerMillion = z
  .string()
  .check(z.regex(/^\d{1,6}(\.\d{1,6})?$/, 'must be a decimal amount of USD, such as "0.25"'));

const rates = {
  input: usdPerMillion,
  output: usdPerMillion,
  cached_input: z.optional(usdPerMillion),
  cache_write: z.optional(usdPerMillion),
  reasoning: z.optional(usdPerMillion),
  audio_input: z.optional(usdPerMillion),
  audio_output: z.optional(usdPerMillion),
};

const tokens = z.int().check(z.gte(1), z.lte(1_000_000_000));

/** One model's, or one family's. A price replaces the catalogue's as a whole; a size that is left out stays. */
export const priceOverride = z.strictObject({
  ...rates,
  /** From the first input token above `above` on, the whole request costs this. By rising `above`. */
  long_context: z.optional(
    z.array(z.strictObject({ above: tokens, ...rates })).check(
      z.maxLength(4),
      z.refine((tiers) => tiers.every(({ above }, at) => above > (tiers[at - 1]?.above ?? 0)), 'must rise'),
    ),
  ),
  /** USD for each request. */
  per_request: z.optional(usdPerMillion),
  context_window: z.optional(tokens),
  max_output_tokens: z.optional(tokens),
});
export type PriceOverride = z.infer<typeof priceOverride>;

/** `provider/model`, with `*` for anything at its end alone: `openai/gpt-5*`, `together/*`. */
const pattern = z
  .string()
  .check(z.regex(/^[a-z][a-z0-9-]{0,31}\/[^*\s]{0,128}\*?$/, 'must be provider/model or provider/prefix*'));

/** By pattern. Kept by the management plane, and read with a policy. */
export const priceOverrides = z.record(pattern, priceOverride);
export type PriceOverrides = z.infer<typeof priceOverrides>;

/** `1.5` at a million: 1,500,000, exactly. */
function toMillionths(decimal: string): number {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return Number(whole + fraction.padEnd(6, '0'));
}

type RateTexts = Pick<PriceOverride, keyof typeof rates>;

function readRates(texts: RateTexts): PartialRates {
  const read = (text: string | undefined) => (text === undefined ? undefined : toMillionths(text));
  return {
    input: read(texts.input),
    output: read(texts.output),
    cachedInput: read(texts.cached_input),
    cacheWrite: read(texts.cache_write),
    reasoning: read(texts.reasoning),
    audioInput: read(texts.audio_input),
    audioOutput: read(texts.audio_output),
  };
}

const nanoPerMicro = 1_000;

function toPrice(override: PriceOverride): Price {
  return {
    rates: completeRates(readRates(override)),
    longContext: (override.long_context ?? []).map((tier) => ({
      above: tier.above,
      rates: completeRates(readRates(tier)),
    })),
    requestNano: toMillionths(override.per_request ?? '0') * nanoPerMicro,
  };
}

/** The exact name's, or else the longest prefix's. */
function findOverride(overrides: PriceOverrides, name: string): PriceOverride | undefined {
  if (Object.hasOwn(overrides, name)) return overrides[name];
  const [longest] = Object.keys(overrides)
    .filter((key) => key.endsWith('*') && name.startsWith(key.slice(0, -1)))
    .sort((left, right) => right.length - left.length);
  return longest === undefined ? undefined : overrides[longest];
}

/** What is known of a model, the operator's word before the catalogue's. */
export function overrideModel(
  known: ModelFacts,
  overrides: PriceOverrides,
  provider: string,
  model: string,
): ModelFacts {
  const override = findOverride(overrides, `${provider}/${model}`);
  if (override === undefined) return known;
  return {
    price: toPrice(override),
    contextWindow: override.context_window ?? known.contextWindow,
    maxOutputTokens: override.max_output_tokens ?? known.maxOutputTokens,
  };
}
