import type { Reducer, Step } from '../../domain/conversation/reducer.ts';
import { crc32 } from '../../domain/crc32.ts';
import { GatewayFault } from '../../domain/errors.ts';
import { type ByteTail, joinTail } from '../byte-tail.ts';

// Messages of AWS's event streams out of bytes that are cut anywhere, their two checksums checked:
// https://smithy.io/2.0/aws/amazon-eventstream.html

export interface EventMessage {
  /** Text headers alone, as no others are sent: `:event-type`, `:message-type`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
}

export interface EventStreamState {
  readonly tail: ByteTail | undefined;
  readonly held: number;
  /** Bytes without which nothing can be told. */
  readonly needed: number;
}

/** The two lengths, and the checksum of both. */
const preludeBytes = 12;
const checksumBytes = 4;
/** A message holds an image at most. */
const mostBytes = 33_554_432;

const decoder = new TextDecoder();

const broken = () => new GatewayFault('upstream_error');

/** By a header value's type: the bytes it takes. Types 6 and 7 say so themselves, in two bytes. */
const sizes: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];
const textType = 7;

function readHeaders(bytes: Uint8Array): Record<string, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headers: Record<string, string> = {};
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = at + 1 + view.getUint8(at);
    const name = decoder.decode(bytes.subarray(at + 1, nameEnd));
    const type = view.getUint8(nameEnd);
    if (type >= sizes.length) throw broken();
    const fixed = sizes[type];
    const start = nameEnd + (fixed === undefined ? 3 : 1);
    const end = start + (fixed ?? view.getUint16(nameEnd + 1));
    if (end > bytes.length) throw broken();
    if (type === textType) headers[name] = decoder.decode(bytes.subarray(start, end));
    at = end;
  }
  return headers;
}

function readMessage(bytes: Uint8Array): EventMessage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - checksumBytes;
  const headersEnd = preludeBytes + view.getUint32(4);
  if (headersEnd > end || crc32(bytes.subarray(0, end)) !== view.getUint32(end)) throw broken();
  return {
    headers: readHeaders(bytes.subarray(preludeBytes, headersEnd)),
    payload: decoder.decode(bytes.subarray(headersEnd, end)),
  };
}

/** Of the message that begins at `at`; undefined: its prelude is not there yet. */
function lengthAt(bytes: Uint8Array, at: number): number | undefined {
  if (bytes.length - at < preludeBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, preludeBytes);
  if (crc32(bytes.subarray(at, at + 8)) !== view.getUint32(8)) throw broken();
  const length = view.getUint32(0);
  if (length < preludeBytes + checksumBytes || length > mostBytes) throw broken();
  return length;
}

function take(bytes: Uint8Array): Step<EventStreamState, EventMessage> {
  const out: EventMessage[] = [];
  let at = 0;
  let length = lengthAt(bytes, at);
  while (length !== undefined && bytes.length - at >= length) {
    out.push(readMessage(bytes.subarray(at, at + length)));
    at += length;
    length = lengthAt(bytes, at);
  }
  const rest = bytes.subarray(at);
  const tail = rest.length === 0 ? undefined : { before: undefined, piece: rest };
  return { state: { tail, held: rest.length, needed: length ?? preludeBytes }, out };
}

/** Throws GatewayFault `upstream_error` where the bytes are not what their checksums say, or a message has no end. */
export const eventStreamReducer: Reducer<EventStreamState, Uint8Array, EventMessage> = {
  initial: { tail: undefined, held: 0, needed: preludeBytes },
  reduce(state, piece) {
    const held = state.held + piece.length;
    if (held < state.needed) return { state: { ...state, tail: { before: state.tail, piece }, held }, out: [] };
    try {
      return take(joinTail(state.tail, piece));
    } catch {
      // A header that lies beyond its end, as well as a checksum that does not fit.
      throw broken();
    }
  },
  finish: () => [],
};
