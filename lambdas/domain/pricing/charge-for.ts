import type { Usage } from '../upstream/chat-provider.ts';
import { type Price, ratesFor } from './price.ts';

/** So many tokens at so many pico-dollars each. */
export type Part = readonly [tokens: number, rate: number];

const picoPerNano = 1_000;

/**
 * Nano-dollars for all parts together, rounded up once. Exact below 2^53 nano-dollars (nine million dollars), as whole
 * and fractional nano-dollars are summed apart; beyond that it stays at the largest amount there is.
 */
export function costOf(parts: readonly Part[], feeNano = 0): number {
  let wholeNano = feeNano;
  let pico = 0;
  for (const [tokens, rate] of parts) {
    wholeNano += tokens * Math.floor(rate / picoPerNano);
    pico += tokens * (rate % picoPerNano);
  }
  return Math.min(wholeNano + Math.ceil(pico / picoPerNano), Number.MAX_SAFE_INTEGER);
}

/**
 * The usage cut into parts that do not overlap. A provider's details are believed only as far as its totals go, so the
 * parts always sum to the totals.
 */
function partsOf(price: Price, usage: Usage): readonly Part[] {
  const rates = ratesFor(price, usage.inputTokens);
  const cached = Math.min(usage.cachedInputTokens, usage.inputTokens);
  const written = Math.min(usage.cacheWriteTokens, usage.inputTokens - cached);
  const hour = Math.min(usage.cacheWriteHourTokens ?? 0, written);
  const heard = Math.min(usage.audioInputTokens, usage.inputTokens - cached - written);
  const reasoned = Math.min(usage.reasoningTokens, usage.outputTokens);
  const spoken = Math.min(usage.audioOutputTokens, usage.outputTokens - reasoned);
  return [
    [usage.inputTokens - cached - written - heard, rates.input],
    [cached, rates.cachedInput],
    [written - hour, rates.cacheWrite],
    [hour, rates.cacheWriteHour],
    [heard, rates.audioInput ?? rates.input],
    [usage.outputTokens - reasoned - spoken, rates.output],
    [reasoned, rates.reasoning],
    [spoken, rates.audioOutput ?? rates.output],
  ];
}

/** What a request cost, nano-dollars. */
export function chargeFor(price: Price, usage: Usage): number {
  const searches = (usage.webSearches ?? 0) * (price.searchNano ?? 0);
  return costOf(partsOf(price, usage), price.requestNano + searches);
}
