// `npm run prices` writes lambdas/domain/models/catalogue.generated.ts: which provider serves which model, at what price and
// of what size, from @pydantic/genai-prices and scripts/model-facts.ts. Run it after updating that package; a test fails
// while the file is behind. `npm run prices -- --check` shows what would change, and exits 1 if anything would.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { findProvider } from '@pydantic/genai-prices';
import { unpackCatalogue } from '../lambdas/domain/models/unpack-catalogue.ts';
import { findHandFact, type HandFact } from './model-facts.ts';

/** Our name -> the source's, in the order in which a bare model name is looked up. */
export const priceSources = {
  openai: 'openai',
  mistral: 'mistral',
  deepseek: 'deepseek',
  xai: 'x-ai',
  groq: 'groq',
  cerebras: 'cerebras',
  fireworks: 'fireworks',
  perplexity: 'perplexity',
  together: 'together',
  anthropic: 'anthropic',
  gemini: 'google',
  bedrock: 'aws',
  azure: 'azure',
} as const;

/** Of a source that sells more than our provider's own API does, what that API has. */
const sold: Readonly<Record<string, RegExp>> = { gemini: /^(gemini|gemma)/ };

type SourceModel = NonNullable<ReturnType<typeof findProvider>>['models'][number];
type Match = SourceModel['match'];
type Prices = Exclude<SourceModel['prices'], readonly unknown[]>;

/** The source's USD per million tokens -> the letter of domain/pricing/price-notation.ts. */
const letters = {
  input_mtok: 'i',
  cache_read_mtok: 'c',
  cache_write_mtok: 'w',
  cache_write_1h_mtok: 'h',
  output_mtok: 'o',
  output_reasoning_mtok: 'r',
  input_audio_mtok: 'a',
  output_audio_mtok: 's',
  // Nano-dollars for each search: what a thousand cost in USD, times a million.
  web_searches_kcount: 'q',
} as const;

/**
 * A model that is priced by these as well is left without a price: what a request costs could not be bounded, or it is
 * no model for text at all.
 */
const unboundable = [
  'output_citation_mtok',
  'output_image_mtok',
  'output_video_mtok',
  'input_image_mtok',
  'input_video_mtok',
  'input_text_messages_kcount',
  'input_document_kpages',
];

/** An integer, or it would not be the published price. */
function toInteger(value: number): number {
  const integer = Math.round(value);
  if (Math.abs(value - integer) > 1e-6) throw new Error(`${value} is no whole number of pico- or nano-dollars`);
  return integer;
}

function tierStarts(prices: Prices): number[] {
  const starts = Object.values(prices).flatMap((price) =>
    typeof price === 'object' ? price.tiers.map(({ start }) => start) : [],
  );
  return [...new Set(starts)].sort((left, right) => left - right);
}

/** The rates for a request of more than `start` tokens. */
function writeRates(prices: Prices, start: number): string[] {
  return Object.entries(letters).flatMap(([key, letter]) => {
    const price = prices[key];
    if (price === undefined) return [];
    const usd = typeof price === 'number' ? price : priceAbove(price, start);
    return [`${letter}${toInteger(usd * 1e6)}`];
  });
}

function priceAbove({ base, tiers }: Exclude<Prices[string], number | undefined>, start: number): number {
  return tiers.findLast((tier) => tier.start <= start)?.price ?? base;
}

function writePrice(prices: Prices, requestUsd: number | undefined): string {
  const perThousand = prices['requests_kcount'];
  const feeNano = toInteger((typeof perThousand === 'number' ? perThousand / 1e3 : (requestUsd ?? 0)) * 1e9);
  const base = [...writeRates(prices, -1), ...(feeNano > 0 ? [`f${feeNano}`] : [])];
  const tiers = tierStarts(prices).map((start) => ` >${[start, ...writeRates(prices, start)].join(' ')}`);
  return base.join(' ') + tiers.join('');
}

type Constraint = Extract<SourceModel['prices'], readonly unknown[]>[number]['constraint'];

/** `00:30:00Z` -> `0030`. */
function writeClock(time: string): string {
  const [, hours, minutes] = /^(\d\d):(\d\d):00Z$/.exec(time) ?? [];
  if (hours === undefined) throw new Error(`${time} is not a whole minute in UTC`);
  return `${hours}${minutes}`;
}

function writeConstraint(constraint: Constraint): string {
  if (constraint === undefined) return '';
  return constraint.type === 'start_date'
    ? `@${constraint.start_date} `
    : `@${writeClock(constraint.start_time)}-${writeClock(constraint.end_time)} `;
}

function writePrices({ prices }: SourceModel, requestUsd: number | undefined): string {
  const variants = Array.isArray(prices) ? prices : [{ prices }];
  const isPriced = variants.every(
    (variant) => variant.prices['input_mtok'] !== undefined && unboundable.every((key) => !(key in variant.prices)),
  );
  if (!isPriced) return '';
  return variants
    .map((variant) => writeConstraint(variant.constraint) + writePrice(variant.prices, requestUsd))
    .join(';');
}

/** The names that a rule spells out. */
function exactNames(match: Match): string[] {
  if ('equals' in match) return [match.equals];
  return 'or' in match ? match.or.flatMap(exactNames) : [];
}

/** A beginning, and a look ahead that is anchored there: as one expression. */
function joinRules(match: Match): string | undefined {
  if (!('and' in match)) return undefined;
  const [start, rule, ...more] = match.and;
  const isJoinable = start && 'starts_with' in start && rule && 'regex' in rule && rule.regex.startsWith('^(?');
  return isJoinable && more.length === 0
    ? `~${rule.regex.replaceAll('|', '¦')}${start.starts_with.replaceAll('.', '\\.')}`
    : undefined;
}

function patternsOf(match: Match): string[] {
  if ('equals' in match) return [];
  if ('or' in match) return match.or.flatMap(patternsOf);
  if ('starts_with' in match) return [`${match.starts_with}*`];
  if ('ends_with' in match) return [`*${match.ends_with}`];
  if ('contains' in match) return [`*${match.contains}*`];
  if ('regex' in match) return [`~${match.regex.replaceAll('|', '¦')}`];
  const together = joinRules(match);
  if (together !== undefined) return [together];
  throw new Error('no notation for rules that must hold together');
}

function writeLine(model: SourceModel, names: readonly string[], fact: HandFact | undefined): string {
  const fields = [
    names.join(' '),
    fact?.contextWindow ?? model.context_window ?? '',
    fact?.maxOutputTokens ?? '',
    writePrices(model, fact?.requestUsd),
  ];
  return fields.join('|').replace(/\|+$/, '');
}

/** A line, or one for each set of names that a fact entered by hand sets apart. */
function writeModel(provider: string, model: SourceModel): string[] {
  const names = new Set([model.id, ...exactNames(model.match), ...patternsOf(model.match)]);
  const factOf = (name: string) => findHandFact(provider, name.startsWith('~') ? model.id : name.replaceAll('*', ''));
  const byFact = Map.groupBy(names, factOf);
  return [...byFact].map(([fact, named]) => writeLine(model, named, fact));
}

function writeProvider(provider: string, source: string): string {
  const found = findProvider({ providerId: source });
  if (found === undefined) throw new Error(`@pydantic/genai-prices does not know the provider ${source}`);
  const lines = found.models
    .filter(({ id }) => sold[provider]?.test(id) ?? true)
    .flatMap((model) => writeModel(provider, model));
  return [provider, ...lines].join('\n');
}

/** A provider's name and a line for each of its models, and an empty line before the next. */
export function generateCatalogue(): string {
  return Object.entries(priceSources)
    .map(([provider, source]) => writeProvider(provider, source))
    .join('\n\n');
}

/** The module that the data plane carries. */
export function packCatalogue(text: string): string {
  const packed = deflateRawSync(text, { level: 9 }).toString('base64');
  return [
    '// Generated by scripts/generate-prices.ts from @pydantic/genai-prices (MIT) and scripts/model-facts.ts. Do not edit.',
    '// `npm run prices -- --list` prints what is in it.',
    '',
    `export const packedCatalogue =\n  '${packed}';`,
    '',
  ].join('\n');
}

function readCatalogue(): string {
  return unpackCatalogue()
    .map(([provider, lines]) => `${provider}\n${lines}`)
    .join('\n\n');
}

export const cataloguePath = resolve(import.meta.dirname, '../lambdas/domain/models/catalogue.generated.ts');

/** The lines that only one of the two has. */
function compare(before: string, after: string): string[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  const [oldLines, freshLines] = [new Set(old), new Set(fresh)];
  return [
    ...old.filter((line) => !freshLines.has(line)).map((line) => `- ${line}`),
    ...fresh.filter((line) => !oldLines.has(line)).map((line) => `+ ${line}`),
  ];
}

function main(options: readonly string[]): void {
  if (options.includes('--list')) {
    console.log(readCatalogue());
    return;
  }
  const fresh = generateCatalogue();
  const changes = compare(readCatalogue(), fresh);
  console.log(changes.length === 0 ? 'The prices are current.' : changes.join('\n'));
  if (!options.includes('--check')) writeFileSync(cataloguePath, packCatalogue(fresh));
  else if (changes.length > 0) process.exitCode = 1;
}

if (process.argv[1] === import.meta.filename) main(process.argv);
