import { unpackCatalogue } from './unpack-catalogue.ts';

/** One model, as it stands in the catalogue. */
export interface CatalogueEntry {
  /** The names that it goes by. */
  readonly names: readonly string[];
  /** Rules for further names: `gpt-4o-audio-preview*`, `*moderation*`, or a regular expression behind a `~`. */
  readonly patterns: readonly string[];
  readonly contextWindow: number | undefined;
  readonly maxOutputTokens: number | undefined;
  /** In the notation of pricing/price-notation.ts; empty: not known. */
  readonly priceText: string;
}

interface ProviderCatalogue {
  readonly names: ReadonlySet<string>;
  readonly byName: ReadonlyMap<string, CatalogueEntry>;
  readonly byPattern: readonly (readonly [RegExp, CatalogueEntry])[];
}

/** Not in any price list: the built-in model that answers with what it was asked, for nothing. */
const builtin = { demo: 'echo|||i0 o0' } as const;

const isPattern = (name: string) => name.startsWith('~') || name.includes('*');

/** `name name*|context window|largest output|price` */
function readEntry(line: string): CatalogueEntry {
  const [nameText = '', contextWindow = '', maxOutputTokens = '', priceText = ''] = line.split('|');
  const names = nameText.split(' ');
  return {
    names: names.filter((name) => !isPattern(name)),
    patterns: names.filter(isPattern),
    contextWindow: contextWindow === '' ? undefined : Number(contextWindow),
    maxOutputTokens: maxOutputTokens === '' ? undefined : Number(maxOutputTokens),
    priceText,
  };
}

function toRegExp(pattern: string): RegExp {
  // A line's own fields are parted by bars.
  if (pattern.startsWith('~')) return new RegExp(pattern.slice(1).replaceAll('¦', '|'));
  const pieces = pattern.split('*').map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`, 'i');
}

/** A pattern's name that could be listed would be no model; nor is the base of a fine-tuned one. */
const isListed = (name: string) => /^(?!ft:)[\w.:/-]*\w$/.test(name);

function readCatalogue(text: string): ProviderCatalogue {
  const entries = text.split('\n').map(readEntry);
  // Of two entries of one name the first counts, so it is set last.
  const named = entries
    .toReversed()
    .flatMap((entry) => entry.names.map((name) => [name.toLowerCase(), entry] as const));
  return {
    names: new Set(entries.flatMap(({ names }) => names.filter(isListed)).sort()),
    byName: new Map(named),
    byPattern: entries.flatMap((entry) => entry.patterns.map((pattern) => [toRegExp(pattern), entry] as const)),
  };
}

let unpacked: ReadonlyMap<string, string> | undefined;

/** Each provider's part. */
function texts(): ReadonlyMap<string, string> {
  unpacked ??= new Map([...unpackCatalogue(), ...Object.entries(builtin)]);
  return unpacked;
}

const catalogues = new Map<string, ProviderCatalogue>();

/** Reads a provider's part when it is first asked for: most instances never see most providers. */
function catalogueOf(provider: string): ProviderCatalogue | undefined {
  const known = catalogues.get(provider);
  const text = texts().get(provider);
  if (known !== undefined || text === undefined) return known;
  const catalogue = readCatalogue(text);
  catalogues.set(provider, catalogue);
  return catalogue;
}

/** In the order in which a bare model name is looked up. */
export function listProviders(): Iterable<string> {
  return texts().keys();
}

/** The models of `provider` that the catalogue lists. */
export function listModels(provider: string): ReadonlySet<string> {
  return catalogueOf(provider)?.names ?? new Set();
}

/** Whatever its case, as providers do not mind it either. */
export function findEntry(provider: string, model: string): CatalogueEntry | undefined {
  const catalogue = catalogueOf(provider);
  const named = catalogue?.byName.get(model.toLowerCase());
  return named ?? catalogue?.byPattern.find(([pattern]) => pattern.test(model))?.[1];
}
