// A double holds integers up to 2^53. An id beyond that, in a tool's arguments, would come out of JSON.parse as another id.

/** Where a number of sixteen digits begins: only then is the slow way worth its price. */
const long = /[[{:,\s-]\d{16}/;

interface Source {
  readonly source?: string;
}

const makeRaw: unknown = Reflect.get(JSON, 'rawJSON');

/** Keeps the digits of an integer that no double holds; `JSON.stringify` writes them as they came. */
function keepDigits(_name: string, value: unknown, context?: Source): unknown {
  const isHeld = typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value);
  const digits = context?.source;
  if (isHeld || digits === undefined || !/^-?\d+$/.test(digits) || typeof makeRaw !== 'function') return value;
  const raw: unknown = Reflect.apply(makeRaw, JSON, [digits]);
  return raw;
}

/** As JSON.parse, but no integer loses its digits on the way to JSON.stringify. Throws SyntaxError. */
export function parseExactly(text: string): unknown {
  const value: unknown = long.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
  return value;
}

/** As `parseExactly`; undefined: not JSON. Its message would quote the text, which is nobody's to see. */
export function tryParseExactly(text: string): unknown {
  try {
    return parseExactly(text);
  } catch {
    return undefined;
  }
}
