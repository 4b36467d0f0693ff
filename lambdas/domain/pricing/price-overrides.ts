import * as z from 'zod/mini';

// What an operator knows better than the catalogue: a negotiated price, a model of one's own, one that is new today.

/** USD per million tokens, as price lists have it: `"0.25"`. Six places are what the gateway counts in. */
const usdPerMillion = z
  .string()
  .check(z.refine((text) => /^\d{1,6}(\.\d{1,6})?$/.test(text), 'must be a decimal amount of USD, such as "0.25"'));

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
      z.refine((tiers) => tiers.every(({ above }, at) => above > (tiers[at - 1]?.above ?? 0)), 'must rise by above'),
    ),
  ),
  /** USD for each request. */
  per_request: z.optional(usdPerMillion),
  context_window: z.optional(tokens),
  max_output_tokens: z.optional(tokens),
});
export type PriceOverride = z.infer<typeof priceOverride>;

const PATTERN = /^[a-z][a-z0-9-]{0,31}\/(?=.)[A-Za-z0-9._:@/+-]{0,128}\*?$/;

/** `provider/model`, with `*` for anything at its end alone: `openai/gpt-5*`, `together/*`. */
export const pricedModel = z
  .string()
  .check(z.refine((text) => PATTERN.test(text), 'must be provider/model, or provider/prefix*'));

/** By pattern. */
export const priceOverrides = z.record(pricedModel, priceOverride);
export type PriceOverrides = z.infer<typeof priceOverrides>;
