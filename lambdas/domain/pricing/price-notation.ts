import { completeRates, type PartialRates, type Price } from './price.ts';

// The catalogue writes a price as text, since a string costs a cold start less than objects do:
//
//   i250000 c25000 o2000000               pico-dollars per token, a letter for each rate; f: nano-dollars per request,
//                                         q: nano-dollars for each search of the web
//   i… o… >271999 i… o…                   from the first token above 271,999 on, the whole request costs this
//   i… o…;@2026-08-17 i… o…               since that day, UTC
//   i… o…;@0030-1630 i… o…                every day from 00:30 to 16:30, UTC. The last variant in force counts.

/** Letter -> what it prices. */
const rateLetters = {
  i: 'input',
  c: 'cachedInput',
  w: 'cacheWrite',
  h: 'cacheWriteHour',
  o: 'output',
  r: 'reasoning',
  a: 'audioInput',
  s: 'audioOutput',
} as const satisfies Readonly<Record<string, keyof PartialRates>>;

const rateNames: ReadonlyMap<string, keyof PartialRates> = new Map(Object.entries(rateLetters));

function readRates(words: readonly string[]): PartialRates {
  const rates: { -readonly [Rate in keyof PartialRates]: number } = {};
  for (const word of words) {
    const name = rateNames.get(word.charAt(0));
    if (name !== undefined) rates[name] = Number(word.slice(1));
  }
  return rates;
}

function readPrice(text: string): Price {
  const [base = '', ...more] = text.split(' >');
  const [fee, search] = [/(?:^| )f(\d+)/, /(?:^| )q(\d+)/].map((figure) => Number(figure.exec(base)?.[1] ?? 0));
  return {
    rates: completeRates(readRates(base.split(' '))),
    longContext: more.map((tier) => {
      const [above, ...words] = tier.split(' ');
      return { above: Number(above), rates: completeRates(readRates(words)) };
    }),
    requestNano: fee ?? 0,
    ...(search && { searchNano: search }),
  };
}

const dayMs = 86_400_000;
const minuteMs = 60_000;

function toMinutes(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(2));
}

/** `2026-08-17`, `0030-1630`; empty: always. */
function isInForce(condition: string, atMs: number): boolean {
  if (condition === '') return true;
  const hours = /^(\d{4})-(\d{4})$/.exec(condition);
  if (hours === null) return atMs >= Date.parse(condition);
  const [start, end] = [toMinutes(hours[1] ?? ''), toMinutes(hours[2] ?? '')];
  const minute = Math.floor((atMs % dayMs) / minuteMs);
  return start <= end ? start <= minute && minute < end : start <= minute || minute < end;
}

interface Variant {
  readonly condition: string;
  readonly price: Price;
}

function readVariant(text: string): Variant {
  const [, condition = '', price = ''] = /^(?:@(\S+) )?(.*)$/.exec(text) ?? [];
  return { condition, price: readPrice(price) };
}

/** Of the texts that were asked for: there are no more than the catalogue has. */
const known = new Map<string, readonly Variant[]>();

function variantsOf(text: string): readonly Variant[] {
  const variants = known.get(text) ?? text.split(';').map(readVariant);
  known.set(text, variants);
  return variants;
}

/** The price in force at that time, Unix milliseconds; undefined where the text is empty. */
export function parsePrice(text: string, atMs: number): Price | undefined {
  return text === '' ? undefined : variantsOf(text).findLast(({ condition }) => isInForce(condition, atMs))?.price;
}
