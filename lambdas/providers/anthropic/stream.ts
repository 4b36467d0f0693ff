import * as z from 'zod/mini';
import type { GenerationEvent } from '../../domain/conversation/generation-event.ts';
import type { Reducer, Step } from '../../domain/conversation/reducer.ts';
import { brokenStream, truncatedStream } from '../../domain/conversation/upstream-error.ts';
import { tryParseExactly } from '../../domain/json/exact-json.ts';
import type { SseEvent } from '../sse.ts';
import { redactedSeal, signatureSeal, toNative, type WireBlock, wireBlock } from './blocks.ts';
import { readCitation, wireCitation } from './citations.ts';
import { readError } from './errors.ts';
import { readHead, readStop, wireHead, wireStop } from './response.ts';
import { mergeWireUsage, readWireUsage, toUsage, type WireUsage } from './usage.ts';

const text = z.catch(z.nullish(z.string()), null);

const typed = z.object({ type: z.string() });
const messageStart = z.object({ message: wireHead });
const blockStart = z.object({ content_block: wireBlock });
const blockDelta = z.object({
  delta: z.object({
    type: z.string(),
    text,
    thinking: text,
    signature: text,
    partial_json: text,
    citation: z.catch(z.nullish(wireCitation), null),
  }),
});
type Delta = z.infer<typeof blockDelta>['delta'];
const messageDelta = z.object({ delta: wireStop, usage: z.nullish(z.unknown()) });
const startUsage = z.object({ message: z.object({ usage: z.nullish(z.unknown()) }) });

interface OpenBlock {
  readonly block: WireBlock;
  /** What came of a native block's input, or of a call's. */
  readonly json: string;
}

export interface MessageState {
  readonly open: OpenBlock | undefined;
  readonly usage: WireUsage | undefined;
  readonly hasStarted: boolean;
  readonly hasFinished: boolean;
  /** Nothing follows: the message is whole, or has failed. */
  readonly isOver: boolean;
}

type Taken = Step<MessageState, GenerationEvent>;

const choice = 0;
const spoken: ReadonlySet<string> = new Set(['text', 'thinking', 'redacted_thinking', 'tool_use']);

const fail = (state: MessageState, error = brokenStream): Taken => ({
  state: { ...state, isOver: true },
  out: [{ type: 'error', error }],
});

function withUsage(state: MessageState, later: unknown): Taken {
  const usage = mergeWireUsage(state.usage, readWireUsage(later));
  const told = usage && toUsage(usage);
  return { state: { ...state, usage }, out: told === undefined ? [] : [{ type: 'usage', usage: told }] };
}

function takeStart(state: MessageState, value: unknown): Taken {
  const { data } = z.safeParse(messageStart, value);
  if (data === undefined) return fail(state);
  // Some relays send a second one, in the middle of the answer.
  if (state.hasStarted) return { state, out: [] };
  const told = withUsage({ ...state, hasStarted: true }, z.safeParse(startUsage, value).data?.message.usage);
  return { state: told.state, out: [{ type: 'start', head: readHead(data.message) }, ...told.out] };
}

function beginBlock(block: WireBlock): GenerationEvent[] {
  const delta = (said: string | null | undefined): GenerationEvent[] =>
    said ? [{ type: 'delta', choice, text: said }] : [];
  switch (block.type) {
    case 'text':
      return [{ type: 'begin', choice, part: { type: 'text' } }, ...delta(block.text)];
    case 'thinking':
      return [
        { type: 'begin', choice, part: { type: 'reasoning' } },
        ...delta(block.thinking),
        ...(block.signature ? [{ type: 'seal', choice, seal: signatureSeal(block.signature) } as const] : []),
      ];
    case 'redacted_thinking':
      return [
        { type: 'begin', choice, part: { type: 'reasoning' } },
        { type: 'seal', choice, seal: redactedSeal(block.data ?? '') },
      ];
    case 'tool_use':
      return [{ type: 'begin', choice, part: { type: 'tool_call', id: block.id ?? '', name: block.name ?? '' } }];
    default:
      return [];
  }
}

function endBlock({ open }: MessageState): GenerationEvent[] {
  if (open === undefined) return [];
  const { block, json } = open;
  if (!spoken.has(block.type)) {
    const input = json === '' ? block.input : tryParseExactly(json);
    return [{ type: 'whole', choice, part: toNative(block, input) }];
  }
  // A call that another tool makes comes with its input, and without a delta.
  const isWhole = block.type === 'tool_use' && json === '';
  const input = isWhole ? [{ type: 'delta', choice, text: JSON.stringify(block.input ?? {}) } as const] : [];
  return [...input, { type: 'end', choice }];
}

function takeBlockStart(state: MessageState, value: unknown): Taken {
  const { data } = z.safeParse(blockStart, value);
  if (data === undefined) return fail(state);
  const { content_block: block } = data;
  return { state: { ...state, open: { block, json: '' } }, out: [...endBlock(state), ...beginBlock(block)] };
}

function eventOf({
  type,
  text: said,
  thinking,
  signature,
  partial_json,
  citation,
}: Delta): GenerationEvent | undefined {
  switch (type) {
    case 'text_delta':
      return { type: 'delta', choice, text: said ?? '' };
    case 'thinking_delta':
      return { type: 'delta', choice, text: thinking ?? '' };
    case 'signature_delta':
      return signature ? { type: 'seal', choice, seal: signatureSeal(signature) } : undefined;
    case 'input_json_delta':
      return partial_json ? { type: 'delta', choice, text: partial_json } : undefined;
    case 'citations_delta':
      return citation ? { type: 'citation', choice, citation: readCitation(citation) } : undefined;
    default:
      return undefined;
  }
}

function takeBlockDelta(state: MessageState, value: unknown): Taken {
  const { data } = z.safeParse(blockDelta, value);
  if (data === undefined) return fail(state);
  const { open } = state;
  if (open === undefined) return { state, out: [] };
  const { delta } = data;
  const grown = { ...state, open: { ...open, json: open.json + (delta.partial_json ?? '') } };
  const event = spoken.has(open.block.type) ? eventOf(delta) : undefined;
  return { state: grown, out: event === undefined ? [] : [event] };
}

function takeMessageDelta(state: MessageState, value: unknown): Taken {
  const { data } = z.safeParse(messageDelta, value);
  if (data === undefined) return fail(state);
  const told = withUsage({ ...state, open: undefined }, data.usage);
  const finish = readStop(data.delta);
  if (!data.delta.stop_reason || state.hasFinished)
    return { state: told.state, out: [...endBlock(state), ...told.out] };
  return {
    state: { ...told.state, hasFinished: true },
    out: [...endBlock(state), { type: 'finish', choice, finish }, ...told.out],
  };
}

/** Some relays end a message without having said why. */
function takeStop(state: MessageState): Taken {
  const finish: GenerationEvent = { type: 'finish', choice, finish: { reason: 'other' } };
  return { state: { ...state, isOver: true }, out: state.hasFinished ? [] : [finish] };
}

type Take = (state: MessageState, value: unknown) => Taken;

/** All others are of no account: pings, and what is newer than this code. */
const takers: ReadonlyMap<string, Take> = new Map<string, Take>([
  ['message_start', takeStart],
  ['content_block_start', takeBlockStart],
  ['content_block_delta', takeBlockDelta],
  ['content_block_stop', (state) => ({ state: { ...state, open: undefined }, out: endBlock(state) })],
  ['message_delta', takeMessageDelta],
  ['message_stop', takeStop],
  ['error', (state, value) => fail(state, readError(value))],
]);

/** The events of a streamed message. */
export const messageReducer: Reducer<MessageState, SseEvent, GenerationEvent> = {
  initial: { open: undefined, usage: undefined, hasStarted: false, hasFinished: false, isOver: false },
  reduce(state, { data }) {
    if (state.isOver) return { state, out: [] };
    const value = tryParseExactly(data);
    const type = z.safeParse(typed, value).data?.type;
    if (type === undefined) return fail(state, readError(value));
    return takers.get(type)?.(state, value) ?? { state, out: [] };
  },
  finish: ({ hasFinished, isOver }) => (hasFinished || isOver ? [] : [{ type: 'error', error: truncatedStream }]),
};
