import { completeRates, type ModelFacts, type PartialRates, type Price } from './price.ts';
import type { PriceOverride, PriceOverrides } from './price-overrides.ts';

/** The operator's own prices, made ready to be looked up with every request. */
export interface PriceList {
  /** Names in lower case: some providers ignore case, and a price must not be evaded. */
  readonly exact: ReadonlyMap<string, ModelFacts>;
  /** The longest first. */
  readonly prefixes: readonly (readonly [prefix: string, facts: ModelFacts])[];
  /** `provider/model` of each that is named exactly, as the operator wrote it. */
  readonly names: ReadonlySet<string>;
}

/** `1.5` at a million: 1,500,000, exactly. */
function toMillionths(decimal: string): number {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return Number(whole + fraction.padEnd(6, '0'));
}

type RateTexts = Pick<PriceOverride, 'input' | 'output'> & Partial<PriceOverride>;

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

function toFacts(override: PriceOverride): ModelFacts {
  return {
    price: toPrice(override),
    contextWindow: override.context_window,
    maxOutputTokens: override.max_output_tokens,
  };
}

export function toPriceList(overrides: PriceOverrides): PriceList {
  const entries = Object.entries(overrides).map(([pattern, override]) => [pattern, toFacts(override)] as const);
  const isPrefix = ([pattern]: (typeof entries)[number]) => pattern.endsWith('*');
  const exact = entries.filter((entry) => !isPrefix(entry));
  return {
    exact: new Map(exact.map(([name, facts]) => [name.toLowerCase(), facts])),
    prefixes: entries
      .filter(isPrefix)
      .map(([pattern, facts]) => [pattern.slice(0, -1).toLowerCase(), facts] as const)
      .sort(([one], [other]) => other.length - one.length),
    names: new Set(exact.map(([name]) => name)),
  };
}

export const noPrices: PriceList = toPriceList({});

/** The exact name's, or else the longest prefix's. */
function findPriced({ exact, prefixes }: PriceList, name: string): ModelFacts | undefined {
  return exact.get(name) ?? prefixes.find(([prefix]) => name.startsWith(prefix))?.[1];
}

/** What is known of a model, the operator's word before the catalogue's. */
export function overrideModel(
  known: ModelFacts,
  prices: PriceList,
  { provider, model }: { readonly provider: string; readonly model: string },
): ModelFacts {
  const own = findPriced(prices, `${provider}/${model}`.toLowerCase());
  if (own === undefined) return known;
  return {
    price: own.price,
    contextWindow: own.contextWindow ?? known.contextWindow,
    maxOutputTokens: own.maxOutputTokens ?? known.maxOutputTokens,
  };
}

/** The models of `provider` that the operator has priced by name. */
export function pricedModels({ names }: PriceList, provider: string): readonly string[] {
  const prefix = `${provider}/`;
  return [...names].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
}
