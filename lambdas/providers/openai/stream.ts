import type { Usage } from '../../domain/upstream/chat-provider.ts';
import { readUsage } from './usage.ts';

// The stream is never parsed as a whole, and never re-encoded: whole events go on as the bytes that came. Only an event
// that carries `usage` is looked into, and only the usage chunk that the gateway's own option caused is withheld.

export interface StreamState {
  /** The beginning of an event whose end has not come yet. */
  readonly tail: Uint8Array;
  readonly usage: Usage | undefined;
}

export interface StreamStep {
  readonly state: StreamState;
  /** Whole events, to be written in this order. */
  readonly events: readonly Uint8Array[];
}

export const initialState: StreamState = { tail: new Uint8Array(0), usage: undefined };

/** A frame larger than this is passed on in pieces rather than held. Bytes. */
const maxTailBytes = 1_048_576;

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

/** The offset behind the first event of `bytes`, which holds only whole ones. */
function endOfFirstEvent(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    const next = bytes[at + 1] === CR ? at + 2 : at + 1;
    if (bytes[next] === LF) return next + 1;
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

function join(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.length === 0 ? right : Buffer.concat([left, right]);
}

/** Takes the next piece of the stream, cut anywhere. */
export function reduce({ tail, usage }: StreamState, piece: Uint8Array, withholdUsage: boolean): StreamStep {
  const bytes = join(tail, piece);
  const end = bytes.length > maxTailBytes ? bytes.length : endOfLastEvent(bytes);
  const seen = inspect(bytes.subarray(0, end), usage, withholdUsage);
  return { state: { tail: bytes.subarray(end), usage: seen.usage }, events: seen.events };
}

/** The stream has ended in order: what is left is its last event, terminated or not. */
export function finish({ tail, usage }: StreamState, withholdUsage: boolean): StreamStep {
  const seen = inspect(tail, usage, withholdUsage);
  return { state: { tail: initialState.tail, usage: seen.usage }, events: seen.events };
}
