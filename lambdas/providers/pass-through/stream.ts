import { GatewayFault } from '../../domain/errors.ts';
import { chatTap } from './chat-tap.ts';
import type { Reported, Tap } from './tap.ts';

// The stream is never parsed as a whole, and never re-encoded: whole events go on as the bytes that came. Only an event
// that carries `usage` is looked into, and only the usage chunk that the gateway's own option caused is withheld. A line ends
// with CR, LF or CRLF, and an event with an empty line: https://html.spec.whatwg.org/multipage/server-sent-events.html

export interface StreamState extends Reported {
  /** The beginning of an event whose end has not come yet, as it came. */
  readonly tail: readonly Uint8Array[];
}

export interface StreamStep {
  readonly state: StreamState;
  /** Whole events, to be written in this order. */
  readonly events: readonly Uint8Array[];
}

export const initialState: StreamState = { tail: [], usage: undefined, isFinal: false };

/** An event holds an image at most; one that goes on for longer has no end. */
const maxEventBytes = 33_554_432;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const usageName = encoder.encode('"usage"');

function isLineEnd(byte: number | undefined): boolean {
  return byte === LF || byte === CR;
}

/** The offset behind the line end that begins at `at`. */
function skipLineEnd(bytes: Uint8Array, at: number): number {
  return bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : at + 1;
}

/**
 * The offset behind the empty line that ends the last whole event, or 0. A CR at the very end that follows a LF is half of
 * a CRLF whose rest is to come; one that follows a CR is waited for no longer, as the next line may be long in coming.
 */
function endOfLastEvent(bytes: Uint8Array): number {
  const last = bytes.length - 1;
  const isCut = bytes[last] === CR && bytes[last - 1] === LF;
  for (let at = isCut ? last - 1 : last; at > 0; at -= 1) {
    if (!isLineEnd(bytes[at])) continue;
    const start = bytes[at] === LF && bytes[at - 1] === CR ? at - 1 : at;
    if (isLineEnd(bytes[start - 1])) return at + 1;
    at = start;
  }
  return 0;
}

function skipEmptyLines(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isLineEnd(bytes[at])) at += 1;
  return at;
}

/** The offset behind the first event of `bytes`, which holds only whole ones. */
function endOfFirstEvent(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at += 1) {
    if (!isLineEnd(bytes[at])) continue;
    at = skipLineEnd(bytes, at);
    if (isLineEnd(bytes[at])) return skipEmptyLines(bytes, at);
  }
  return bytes.length;
}

/** True where `"usage"` holds an object: most chunks say `"usage":null`, and those are not worth a parse. */
function reportsUsage(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = view.indexOf(usageName); at !== -1; at = view.indexOf(usageName, at + 1)) {
    let next = at + usageName.length;
    while (bytes[next] === SPACE || bytes[next] === COLON) next += 1;
    if (bytes[next] === OPEN_BRACE) return true;
  }
  return false;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readData(event: Uint8Array): unknown {
  const lines = decoder.decode(event).split(/\r\n|\r|\n/);
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5));
  return parseJson(data.join('\n'));
}

interface Inspection {
  readonly reported: Reported;
  readonly events: readonly Uint8Array[];
  /** Empty lines that came before a chunk which was withheld: they go on with the next event. */
  readonly lead: Uint8Array;
}

const nothing = new Uint8Array(0);

function inspectEvents(bytes: Uint8Array, known: Reported, withholdUsage: boolean, tap: Tap): Inspection {
  const events: Uint8Array[] = [];
  let reported = known;
  let lead: Uint8Array = nothing;
  for (let rest = bytes; rest.length > 0; ) {
    const end = endOfFirstEvent(rest);
    const event = rest.subarray(0, end);
    rest = rest.subarray(end);
    const chunk = reportsUsage(event) ? readData(event) : undefined;
    if (chunk !== undefined) reported = tap.readEvent(chunk, reported);
    if (withholdUsage && chunk !== undefined && tap.isForUsageAlone(chunk)) {
      lead = join([lead, event.subarray(0, skipEmptyLines(event, 0))]);
    } else {
      events.push(join([lead, event]));
      lead = nothing;
    }
  }
  return { reported, events, lead };
}

function inspect(bytes: Uint8Array, known: Reported, withholdUsage: boolean, tap: Tap): Inspection {
  if (bytes.length === 0) return { reported: known, events: [], lead: nothing };
  if (reportsUsage(bytes)) return inspectEvents(bytes, known, withholdUsage, tap);
  return { reported: known, events: [bytes], lead: nothing };
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const [first = nothing, ...more] = pieces.filter(({ length }) => length > 0);
  return more.length === 0 ? first : Buffer.concat([first, ...more]);
}

/** Takes the next piece of the stream, cut anywhere. Throws GatewayFault `upstream_error` at an event without an end. */
export function reduce(
  { tail, ...known }: StreamState,
  piece: Uint8Array,
  withholdUsage: boolean,
  tap: Tap = chatTap,
): StreamStep {
  const pieces = tail.length === 0 ? [piece] : [...tail, piece];
  // No event ends where no line does, so a long one is put together once, and not with each of its pieces.
  if (!piece.includes(LF) && !piece.includes(CR)) return { state: { tail: hold(pieces), ...known }, events: [] };
  const bytes = join(pieces);
  const end = endOfLastEvent(bytes);
  const { reported, events, lead } = inspect(bytes.subarray(0, end), known, withholdUsage, tap);
  const rest = join([lead, bytes.subarray(end)]);
  return { state: { tail: rest.length === 0 ? [] : hold([rest]), ...reported }, events };
}

function hold(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  if (pieces.reduce((size, { length }) => size + length, 0) > maxEventBytes) throw new GatewayFault('upstream_error');
  return pieces;
}

/** The stream has ended in order: what is left is its last event, terminated or not. */
export function finish({ tail, ...known }: StreamState, withholdUsage: boolean, tap: Tap = chatTap): StreamStep {
  const { reported, events, lead } = inspect(join(tail), known, withholdUsage, tap);
  return { state: { tail: [], ...reported }, events: lead.length === 0 ? events : [...events, lead] };
}
