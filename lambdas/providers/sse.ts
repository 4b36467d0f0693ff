import type { Reducer } from '../domain/conversation/reducer.ts';
import { GatewayFault } from '../domain/errors.ts';
import { type ByteTail, joinTail } from './byte-tail.ts';

// Server-sent events out of bytes that are cut anywhere: https://html.spec.whatwg.org/multipage/server-sent-events.html

export interface SseEvent {
  /** Undefined: the stream gave it no name. */
  readonly name: string | undefined;
  readonly data: string;
}

export interface SseState {
  /** The beginning of a line whose end has not come yet. */
  readonly tail: ByteTail | undefined;
  /** Of the event that is being read. */
  readonly name: string | undefined;
  readonly data: readonly string[];
  /** Bytes held, of the tail and of the event. */
  readonly held: number;
}

/** An event holds an image at most; one that goes on for longer has no end. */
const mostBytes = 33_554_432;

const LF = 0x0a;
const decoder = new TextDecoder();
const nothing: SseState = { tail: undefined, name: undefined, data: [], held: 0 };

interface Lines {
  name: string | undefined;
  data: string[];
  readonly out: SseEvent[];
}

function takeLine(lines: Lines, line: string): void {
  if (line === '') {
    if (lines.data.length > 0) lines.out.push({ name: lines.name, data: lines.data.join('\n') });
    lines.name = undefined;
    lines.data = [];
  } else if (line.startsWith('data:')) lines.data.push(line.slice(line.charAt(5) === ' ' ? 6 : 5));
  else if (line.startsWith('event:')) lines.name = line.slice(6).trim();
}

function takeText(state: SseState, text: string): Lines {
  const lines: Lines = { name: state.name, data: [...state.data], out: [] };
  for (const line of text.split('\n')) takeLine(lines, line.endsWith('\r') ? line.slice(0, -1) : line);
  return lines;
}

function hold(state: SseState): SseState {
  if (state.held > mostBytes) throw new GatewayFault('upstream_error');
  return state;
}

/** Throws GatewayFault `upstream_error` at an event without an end. */
export const sseReducer: Reducer<SseState, Uint8Array, SseEvent> = {
  initial: nothing,
  reduce(state, piece) {
    const end = piece.lastIndexOf(LF) + 1;
    if (end === 0) {
      const tail = { before: state.tail, piece };
      return { state: hold({ ...state, tail, held: state.held + piece.length }), out: [] };
    }
    const bytes = joinTail(state.tail, piece.subarray(0, end - 1));
    const { name, data, out } = takeText(state, decoder.decode(bytes));
    const rest = piece.subarray(end);
    const held = data.reduce((size, { length }) => size + length, rest.length);
    const tail = rest.length === 0 ? undefined : { before: undefined, piece: rest };
    return { state: hold({ tail, name, data, held }), out };
  },
  finish(state) {
    // What is left is the last event, terminated or not.
    return takeText(state, `${decoder.decode(joinTail(state.tail, new Uint8Array(0)))}\n\n`).out;
  },
};
