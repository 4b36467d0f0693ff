import { GatewayFault } from '../../domain/errors.ts';
import type { Usage } from '../../domain/upstream/chat-provider.ts';
import { readUsage } from '../openai/usage.ts';

// The stream is never parsed as a whole, and never re-encoded: whole events go on as the bytes that came. Only an event
// that carries `usage` is looked into, and only the usage chunk that the gateway's own option caused is withheld.

export interface StreamState {
  /** The beginning of an event whose end has not come yet, as it came. */
  readonly tail: readonly Uint8Array[];
  readonly usage: Usage | undefined;
}

export interface StreamStep {
  readonly state: StreamState;
  /** Whole events, to be written in this order. */
  readonly events: readonly Uint8Array[];
}

export const initialState: StreamState = { tail: [], usage: undefined };

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

/** The offset behind the blank line that ends the last whole event, or 0. */
function endOfLastEvent(bytes: Uint8Array): number {
  for (let at = bytes.lastIndexOf(LF); at > 0; at = bytes.lastIndexOf(LF, at - 1)) {
    const before = bytes[at - 1] === CR ? at - 2 : at - 1;
    if (bytes[before] === LF) return at + 1;
  }
  return 0;
}

function skipBlankLines(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === LF || bytes[at] === CR) at += 1;
  return at;
}

/** The offset behind the first event of `bytes`, which holds only whole ones. */
function endOfFirstEvent(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    const next = bytes[at + 1] === CR ? at + 2 : at + 1;
    if (bytes[next] === LF) return skipBlankLines(bytes, next + 1);
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
  const lines = decoder.decode(event).split(/\r?\n/);
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5));
  return parseJson(data.join('\n'));
}

/** `choices: []` and a usage, sensible or not: the chunk that exists for the usage alone. */
function isUsageChunk(chunk: unknown): boolean {
  if (typeof chunk !== 'object' || chunk === null || !('choices' in chunk) || !('usage' in chunk)) return false;
  return Array.isArray(chunk.choices) && chunk.choices.length === 0;
}

interface Inspection {
  readonly usage: Usage | undefined;
  readonly events: readonly Uint8Array[];
}

function inspectEvents(bytes: Uint8Array, known: Usage | undefined, withholdUsage: boolean): Inspection {
  const events: Uint8Array[] = [];
  let usage = known;
  for (let rest = bytes; rest.length > 0; ) {
    const end = endOfFirstEvent(rest);
    const event = rest.subarray(0, end);
    rest = rest.subarray(end);
    const chunk = reportsUsage(event) ? readData(event) : undefined;
    usage = readUsage(chunk) ?? usage;
    if (!(withholdUsage && isUsageChunk(chunk))) events.push(event);
  }
  return { usage, events };
}

function inspect(bytes: Uint8Array, known: Usage | undefined, withholdUsage: boolean): Inspection {
  if (bytes.length === 0) return { usage: known, events: [] };
  return reportsUsage(bytes) ? inspectEvents(bytes, known, withholdUsage) : { usage: known, events: [bytes] };
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const [first = new Uint8Array(0), ...more] = pieces;
  return more.length === 0 ? first : Buffer.concat(pieces);
}

/** Takes the next piece of the stream, cut anywhere. Throws GatewayFault `upstream_error` at an event without an end. */
export function reduce({ tail, usage }: StreamState, piece: Uint8Array, withholdUsage: boolean): StreamStep {
  const pieces = tail.length === 0 ? [piece] : [...tail, piece];
  // No event ends where no line does, so a long one is put together once, and not with each of its pieces.
  if (!piece.includes(LF)) return { state: { tail: hold(pieces), usage }, events: [] };
  const bytes = join(pieces);
  const end = endOfLastEvent(bytes);
  const seen = inspect(bytes.subarray(0, end), usage, withholdUsage);
  const rest = bytes.subarray(end);
  return { state: { tail: rest.length === 0 ? [] : hold([rest]), usage: seen.usage }, events: seen.events };
}

function hold(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  if (pieces.reduce((size, { length }) => size + length, 0) > maxEventBytes) throw new GatewayFault('upstream_error');
  return pieces;
}

/** The stream has ended in order: what is left is its last event, terminated or not. */
export function finish({ tail, usage }: StreamState, withholdUsage: boolean): StreamStep {
  const seen = inspect(join(tail), usage, withholdUsage);
  return { state: { tail: [], usage: seen.usage }, events: seen.events };
}
