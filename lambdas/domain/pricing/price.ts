// What a model costs. Every rate is an integer of pico-dollars per token, which is exactly micro-dollars per million tokens:
// the finest step that any provider publishes. Fees are nano-dollars.

/** Pico-dollars per token. What a provider does not price apart costs what its whole class costs. */
export interface Rates {
  /** Text that was neither read from a cache nor written to one. */
  readonly input: number;
  readonly cachedInput: number;
  readonly cacheWrite: number;
  /** Of what is to stay in the cache for an hour. */
  readonly cacheWriteHour: number;
  readonly output: number;
  readonly reasoning: number;
  /** Undefined: not known, which is not the same as costing what text costs. */
  readonly audioInput: number | undefined;
  readonly audioOutput: number | undefined;
}

/** From the first token above `above` on, the whole request is charged at these rates. */
export interface LongContext {
  readonly above: number;
  readonly rates: Rates;
}

export interface Price {
  readonly rates: Rates;
  /** By rising `above`. */
  readonly longContext: readonly LongContext[];
  /** Nano-dollars for each request, whatever its length. */
  readonly requestNano: number;
  /** Nano-dollars for each search of the web that the provider makes. */
  readonly searchNano?: number | undefined;
}

/** All that is known of a model's cost and size; undefined: not known. */
export interface ModelFacts {
  readonly price: Price | undefined;
  /** Tokens, of input and output together. */
  readonly contextWindow: number | undefined;
  /** The largest output limit that the provider takes. Tokens. */
  readonly maxOutputTokens: number | undefined;
}

export const unknownModel: ModelFacts = { price: undefined, contextWindow: undefined, maxOutputTokens: undefined };

/** A rate in each of the forms in which a source gives it: only what it names. */
export type PartialRates = { readonly [Rate in keyof Rates]?: number | undefined };

/** Fills in what a price list leaves out. */
export function completeRates({ input = 0, output = 0, ...more }: PartialRates): Rates {
  return {
    input,
    output,
    cachedInput: more.cachedInput ?? input,
    cacheWrite: more.cacheWrite ?? input,
    cacheWriteHour: more.cacheWriteHour ?? more.cacheWrite ?? input,
    reasoning: more.reasoning ?? output,
    audioInput: more.audioInput,
    audioOutput: more.audioOutput,
  };
}

/** The rates for a request of so many input tokens. */
export function ratesFor({ rates, longContext }: Price, inputTokens: number): Rates {
  return longContext.findLast(({ above }) => inputTokens > above)?.rates ?? rates;
}
