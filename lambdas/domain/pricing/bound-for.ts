import { accept, type Outcome, type Refused, refuse } from '../errors.ts';
import type { OutputLimit } from '../upstream/chat-provider.ts';
import { boundInput, type InputBound, type InputToBound } from './bound-input.ts';
import { costOf } from './charge-for.ts';
import { readClientLimit } from './output-limit.ts';
import type { ModelFacts, Price } from './price.ts';

export interface RequestToBound extends InputToBound {
  readonly facts: ModelFacts;
}

/** What is in force for the request. */
export interface BoundLimits {
  /** A spend cap: what cannot be priced or bounded is refused. */
  readonly isCapped: boolean;
  /** A limit of tokens. */
  readonly isTokenLimited: boolean;
  /** The plan's, for each choice, where the client set none. */
  readonly defaultMaxTokens: number;
  /** What is left of the tightest budget, as last seen; undefined: not known, or no cap. Nano-dollars. */
  readonly affordableNano?: number | undefined;
  /** What is left of the tightest token limit, as last seen. */
  readonly tokensAvailable?: number | undefined;
}

/** What a request can cost at most. */
export interface Bound {
  /** Input and output together, of all choices. */
  readonly tokens: number;
  readonly amountNano: number;
  /** To be set in the forwarded request, and to be told; undefined: the request stays as it is. */
  readonly outputLimit: OutputLimit | undefined;
  /** What each answer may have, whoever set it; undefined: as the provider likes. */
  readonly maxOutputTokens: number | undefined;
}

/** Tells the client which output limit the gateway has set. */
export const maxTokensHeader = 'x-portcullis-max-tokens';

/** Windows are published rounded: 128,000 may be 131,072, and a million 2^20. */
const roundingOfWindows = 1.048576;

interface Sizes {
  readonly text: number;
  readonly audio: number;
  readonly choices: number;
}

interface MostRates {
  readonly text: number;
  readonly audio: number;
  readonly output: number;
}

/** The dearest that each token can be charged at, over all tiers that so much input can reach. */
function mostRates({ rates, longContext }: Price, { text, audio }: Sizes, isSpoken: boolean): MostRates {
  const reachable = [rates, ...longContext.filter(({ above }) => text + audio > above).map((tier) => tier.rates)];
  return {
    text: Math.max(
      ...reachable.flatMap(({ input, cachedInput, cacheWrite, cacheWriteHour }) => [
        input,
        cachedInput,
        cacheWrite,
        cacheWriteHour,
      ]),
    ),
    audio: Math.max(...reachable.map(({ audioInput, input }) => audioInput ?? input)),
    output: Math.max(
      ...reachable.flatMap(({ output, reasoning, audioOutput }) => [
        output,
        reasoning,
        isSpoken ? (audioOutput ?? output) : 0,
      ]),
    ),
  };
}

type CostOfOutput = (tokensEach: number) => number;

/** Nano-dollars for the whole request, by the output tokens of each choice. */
function costByOutput(price: Price | undefined, sizes: Sizes, isSpoken: boolean): CostOfOutput {
  if (price === undefined) return () => 0;
  const rates = mostRates(price, sizes, isSpoken);
  return (tokensEach) =>
    costOf(
      [
        [sizes.text, rates.text],
        [sizes.audio, rates.audio],
        [sizes.choices * tokensEach, rates.output],
      ],
      price.requestNano,
    );
}

/** The most tokens, up to `most`, whose cost is affordable; at least 1, which the ledger may then refuse. */
function affordableTokens(costOfOutput: CostOfOutput, most: number, affordableNano: number): number {
  let [enough, tooMany] = [1, most + 1];
  if (costOfOutput(most) <= affordableNano) return most;
  while (tooMany - enough > 1) {
    const middle = Math.floor((enough + tooMany) / 2);
    if (costOfOutput(middle) <= affordableNano) enough = middle;
    else tooMany = middle;
  }
  return enough;
}

/** Room that the input leaves in the window: its bound is loose, so a quarter is tried at any rate. */
function roomInWindow(window: number | undefined, { text, audio }: Sizes): number {
  return window === undefined ? Number.MAX_SAFE_INTEGER : Math.max(window - text - audio, Math.floor(window / 4));
}

interface OutputBound {
  /** Tokens of each choice; undefined: nothing bounds them. */
  readonly tokensEach: number | undefined;
  readonly set: OutputLimit | undefined;
  /** The client's, or the gateway's. */
  readonly limit?: number | undefined;
}

/** The limit of the gateway's own, where the client set none. */
function chooseLimit(facts: ModelFacts, limits: BoundLimits, sizes: Sizes, costOfOutput: CostOfOutput): number {
  const { tokensAvailable = Number.MAX_SAFE_INTEGER, affordableNano = Number.MAX_SAFE_INTEGER } = limits;
  const inWindow = roomInWindow(facts.contextWindow, sizes);
  const inMinute = Math.floor((tokensAvailable - sizes.text - sizes.audio) / sizes.choices);
  const most = Math.min(facts.maxOutputTokens ?? limits.defaultMaxTokens, limits.defaultMaxTokens, inWindow, inMinute);
  return affordableTokens(costOfOutput, Math.max(1, most), affordableNano);
}

function boundOutput(
  { outline: { output }, bodyBytes, provider, facts }: RequestToBound,
  limits: BoundLimits,
  sizes: Sizes,
  costOfOutput: CostOfOutput,
): OutputBound {
  if (output.choices === 0) return { tokensEach: 0, set: undefined };
  const largest = facts.maxOutputTokens ?? largestWindow(facts);
  // Predicted text that is not used is charged as output, and OpenAI takes no limit beside a prediction.
  if (output.isPredicted === true) {
    return { tokensEach: largest === undefined ? undefined : largest + bodyBytes, set: undefined };
  }
  const { field, tokens, isKnown } = readClientLimit(output, provider);
  if (tokens !== undefined) {
    return { tokensEach: tokens, set: isKnown ? undefined : { field, tokens }, limit: tokens };
  }
  if (!limits.isCapped && !limits.isTokenLimited) return { tokensEach: largest, set: undefined };
  const chosen = chooseLimit(facts, limits, sizes, costOfOutput);
  return { tokensEach: chosen, set: { field, tokens: chosen }, limit: chosen };
}

function largestWindow({ contextWindow }: ModelFacts): number | undefined {
  return contextWindow === undefined ? undefined : Math.ceil(contextWindow * roundingOfWindows);
}

/** The provider refuses what does not fit its window, so no more than that is ever counted. */
function sizesOf(input: InputBound, window: number | undefined, choices: number): Sizes {
  const { textTokens, audioTokens, beyondBody } = input;
  const most = window ?? Number.MAX_SAFE_INTEGER;
  const text = beyondBody === undefined ? textTokens : (window ?? textTokens);
  return { text: Math.min(text, most), audio: Math.min(audioTokens, most), choices };
}

function refuseUnbounded(param: string): Refused {
  return refuse(
    'unbounded_request',
    'A spend cap is in force, and what this field can cost has no upper bound. Leave it out, or use a key without a cap.',
    param,
  );
}

function refuseUnpriced(param: string): Refused {
  return refuse(
    'unpriced_model',
    'A spend cap is in force, and no price of this is known. The operator can set one; or use a key without a cap.',
    param,
  );
}

/** The first reason for which a capped request could cost more than any bound. */
function objectTo(call: RequestToBound, input: InputBound, window: number | undefined): Refused | undefined {
  const { price } = call.facts;
  const { surcharge, search, output } = call.outline;
  if (price === undefined) return refuseUnpriced('model');
  if (input.audioTokens > 0 && price.rates.audioInput === undefined) return refuseUnpriced('messages');
  if (output.isSpoken === true && price.rates.audioOutput === undefined) return refuseUnpriced('modalities');
  if (surcharge !== undefined) return refuseUnbounded(surcharge);
  // A model that searches for every request has the search in its price.
  if (search !== undefined && price.requestNano === 0) return refuseUnbounded(search);
  const { beyondBody } = input;
  return beyondBody !== undefined && window === undefined ? refuseUnbounded(beyondBody) : undefined;
}

const free: Bound = { tokens: 0, amountNano: 0, outputLimit: undefined, maxOutputTokens: undefined };

/**
 * The upper bound of what a request can cost and count, and the output limit that makes it one. Refuses
 * `unpriced_model` or `unbounded_request`, with the field's name, where a cap is in force; where none is, it is the best
 * bound there is.
 */
export function boundFor(call: RequestToBound, limits: BoundLimits): Outcome<Bound> {
  const { choices, isSpoken = false } = call.outline.output;
  if (call.outline.isFree === true) return accept(free);
  const input = boundInput(call);
  // What has no output may hold many texts, each of which has the window to itself.
  const window = choices === 0 ? undefined : largestWindow(call.facts);
  const objection = limits.isCapped ? objectTo(call, input, window) : undefined;
  if (objection !== undefined) return objection;
  const sizes = sizesOf(input, window, choices);
  const costOfOutput = costByOutput(call.facts.price, sizes, isSpoken);
  const output = boundOutput(call, limits, sizes, costOfOutput);
  if (output.tokensEach === undefined && limits.isCapped) return refuseUnbounded('prediction');
  const tokensEach = output.tokensEach ?? limits.defaultMaxTokens;
  const tokens = Math.min(sizes.text + sizes.audio + sizes.choices * tokensEach, Number.MAX_SAFE_INTEGER);
  return accept({
    tokens,
    amountNano: costOfOutput(tokensEach),
    outputLimit: output.set,
    maxOutputTokens: output.limit,
  });
}
