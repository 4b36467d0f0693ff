// Where the members of a JSON object lie in its bytes, so that one of them can be replaced while every other byte, known
// field or not, is forwarded as the client wrote it.

/** The value's bytes, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Member extends Span {
  /** How many names its text gives, at any depth; a value that was parsed from it has fewer where one is repeated. */
  readonly names: number;
}

export interface Members {
  readonly spans: ReadonlyMap<string, Member>;
  /** A name that stands twice. Parsers disagree on which of the two counts, so a gateway must not guess. */
  readonly repeated: string | undefined;
  /** The offset of the closing brace: where a member can be added. */
  readonly close: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

const decoder = new TextDecoder();

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isSpace(bytes[at])) at += 1;
  return at;
}

/** The offset behind the string that opens at `from`. indexOf is native, so a long prompt costs next to nothing. */
function skipString(bytes: Uint8Array, from: number): number {
  let quote = bytes.indexOf(QUOTE, from + 1);
  while (quote !== -1) {
    let before = quote - 1;
    while (bytes[before] === BACKSLASH) before -= 1;
    if ((quote - before) % 2 === 1) return quote + 1;
    quote = bytes.indexOf(QUOTE, quote + 1);
  }
  return bytes.length;
}

/** What one byte outside a string does to the nesting. */
function depthChange(byte: number | undefined): number {
  if (byte === OPEN_BRACE || byte === OPEN_BRACKET) return 1;
  return byte === CLOSE_BRACE || byte === CLOSE_BRACKET ? -1 : 0;
}

/** The offset behind a number, `true`, `false` or `null`. */
function skipWord(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== COMMA && depthChange(bytes[at]) === 0 && !isSpace(bytes[at])) at += 1;
  return at;
}

/** The value that starts at `from`. Each name in it has one colon, and outside strings there is no other. */
function readValue(bytes: Uint8Array, from: number): Member {
  let names = 0;
  if (bytes[from] === QUOTE) return { start: from, end: skipString(bytes, from), names };
  if (depthChange(bytes[from]) !== 1) return { start: from, end: skipWord(bytes, from), names };
  let depth = 0;
  let at = from;
  do {
    const byte = bytes[at];
    if (byte === QUOTE) at = skipString(bytes, at);
    else {
      if (byte === COLON) names += 1;
      depth += depthChange(byte);
      at += 1;
    }
  } while (depth > 0 && at < bytes.length);
  return { start: from, end: at, names };
}

function readName(bytes: Uint8Array, start: number, end: number): string {
  const quoted = decoder.decode(bytes.subarray(start, end));
  return quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
}

/** `bytes` must be the UTF-8 text of a JSON object: call it only after JSON.parse has accepted them. */
export function findTopLevelMembers(bytes: Uint8Array): Members {
  const spans = new Map<string, Member>();
  let repeated: string | undefined;
  let at = skipSpace(bytes, skipSpace(bytes, 0) + 1);
  while (bytes[at] === QUOTE) {
    const nameEnd = skipString(bytes, at);
    const name = readName(bytes, at, nameEnd);
    const colon = bytes.indexOf(COLON, nameEnd);
    const member = readValue(bytes, skipSpace(bytes, colon + 1));
    if (spans.has(name)) repeated ??= name;
    spans.set(name, member);
    at = skipSpace(bytes, member.end);
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
  }
  return { spans, repeated, close: at };
}

export interface Edit extends Span {
  readonly text: string;
}

const encoder = new TextEncoder();

/** The bytes with each span replaced by its text; spans must not overlap. */
export function spliceBytes(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return bytes;
  const sorted = edits.length === 1 ? edits : edits.toSorted((left, right) => left.start - right.start);
  // A character of a text is three bytes at most.
  const room = sorted.reduce((size, { text }) => size + 3 * text.length, bytes.length);
  const whole = new Uint8Array(room);
  let at = 0;
  let from = 0;
  for (const { start, end, text } of sorted) {
    whole.set(bytes.subarray(from, start), at);
    at += start - from;
    at += encoder.encodeInto(text, whole.subarray(at)).written;
    from = end;
  }
  whole.set(bytes.subarray(from), at);
  return whole.subarray(0, at + bytes.length - from);
}
