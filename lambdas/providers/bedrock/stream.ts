import * as z from 'zod/mini';
import type { DecodeContext } from '../../domain/conversation/codec.ts';
import type { GenerationEvent, PartHead } from '../../domain/conversation/generation-event.ts';
import type { Reducer, Step } from '../../domain/conversation/reducer.ts';
import { brokenStream, truncatedStream } from '../../domain/conversation/upstream-error.ts';
import { tryParseExactly } from '../../domain/json/exact-json.ts';
import { isCall, readCitation, toNative, wireCitation, wireToolUse } from './blocks.ts';
import { readFailure } from './errors.ts';
import type { EventMessage } from './event-stream.ts';
import { readStopReason } from './response.ts';
import { redactedSeal, signatureSeal } from './seals.ts';
import { readUsage } from './usage.ts';

const text = z.catch(z.nullish(z.string()), null);

const blockStart = z.object({ start: z.looseObject({ toolUse: z.catch(z.nullish(wireToolUse), null) }) });
const blockDelta = z.object({
  delta: z.looseObject({
    text,
    toolUse: z.catch(z.nullish(z.object({ input: text })), null),
    reasoningContent: z.catch(z.nullish(z.object({ text, signature: text, redactedContent: text })), null),
    citation: z.catch(z.nullish(wireCitation), null),
  }),
});
type Delta = z.infer<typeof blockDelta>['delta'];
const messageStop = z.object({ stopReason: text });

export interface ConverseState {
  readonly open: PartHead['type'] | 'native' | undefined;
  /** What began a native block. */
  readonly native: object | undefined;
  /** A call that has said nothing yet. */
  readonly isBare: boolean;
  readonly hasStarted: boolean;
  readonly hasFinished: boolean;
  readonly hasFailed: boolean;
}

type Taken = Step<ConverseState, GenerationEvent>;
type Take = (state: ConverseState, value: unknown, context: DecodeContext) => Taken;

const choice = 0;
const nothing = (state: ConverseState): Taken => ({ state, out: [] });

const fail = (state: ConverseState, error = brokenStream): Taken => ({
  state: { ...state, hasFailed: true },
  out: [{ type: 'error', error }],
});

const start: Take = (state, _value, { target }) => {
  if (state.hasStarted) return nothing(state);
  return { state: { ...state, hasStarted: true }, out: [{ type: 'start', head: { model: target.model } }] };
};

function end(state: ConverseState): Taken {
  const closed = { ...state, open: undefined, native: undefined, isBare: false };
  if (state.open === undefined) return nothing(closed);
  if (state.open === 'native') {
    return { state: closed, out: [{ type: 'whole', choice, part: toNative(state.native ?? {}) }] };
  }
  // Without a word of its own, a call is one without arguments.
  const input: GenerationEvent[] = state.isBare ? [{ type: 'delta', choice, text: '{}' }] : [];
  return { state: closed, out: [...input, { type: 'end', choice }] };
}

function begin(state: ConverseState, part: PartHead): Taken {
  const closed = end(state);
  return {
    state: { ...closed.state, open: part.type, isBare: part.type === 'tool_call' },
    out: [...closed.out, { type: 'begin', choice, part }],
  };
}

const beginBlock: Take = (state, value) => {
  const { data } = z.safeParse(blockStart, value);
  if (data === undefined) return fail(state);
  const { toolUse } = data.start;
  if (toolUse && isCall(toolUse)) {
    return begin(state, { type: 'tool_call', id: toolUse.toolUseId ?? '', name: toolUse.name ?? '' });
  }
  const closed = end(state);
  return { state: { ...closed.state, open: 'native', native: data.start }, out: closed.out };
};

/** Only a call says that it begins; all else begins with its first word. */
function within(state: ConverseState, type: 'text' | 'reasoning', events: readonly GenerationEvent[]): Taken {
  if (events.length === 0) return nothing(state);
  if (state.open === type) return { state, out: events };
  const begun = begin(state, { type });
  return { state: begun.state, out: [...begun.out, ...events] };
}

function takeReasoning(state: ConverseState, wire: NonNullable<Delta['reasoningContent']>): Taken {
  const { text: thought, signature, redactedContent } = wire;
  const seal = redactedContent ? redactedSeal(redactedContent) : signature ? signatureSeal(signature) : undefined;
  return within(state, 'reasoning', [
    ...(thought ? [{ type: 'delta', choice, text: thought } as const] : []),
    ...(seal ? [{ type: 'seal', choice, seal } as const] : []),
  ]);
}

const takeDelta: Take = (state, value) => {
  const { data } = z.safeParse(blockDelta, value);
  if (data === undefined) return fail(state);
  const { text: said, toolUse, reasoningContent, citation } = data.delta;
  if (state.open === 'native') return nothing(state);
  if (toolUse) {
    if (state.open !== 'tool_call' || !toolUse.input) return nothing(state);
    return { state: { ...state, isBare: false }, out: [{ type: 'delta', choice, text: toolUse.input }] };
  }
  if (reasoningContent) return takeReasoning(state, reasoningContent);
  if (citation) return within(state, 'text', [{ type: 'citation', choice, citation: readCitation(citation) }]);
  return within(state, 'text', said ? [{ type: 'delta', choice, text: said }] : []);
};

const stop: Take = (state, value) => {
  const { data } = z.safeParse(messageStop, value);
  if (data === undefined) return fail(state);
  const closed = end(state);
  const finish = { reason: readStopReason(data.stopReason) };
  if (state.hasFinished) return closed;
  return { state: { ...closed.state, hasFinished: true }, out: [...closed.out, { type: 'finish', choice, finish }] };
};

const tell: Take = (state, value) => {
  const usage = readUsage(value);
  return { state, out: usage === undefined ? [] : [{ type: 'usage', usage }] };
};

/** All others are of no account. */
const takers: ReadonlyMap<string | undefined, Take> = new Map<string | undefined, Take>([
  ['messageStart', start],
  ['contentBlockStart', beginBlock],
  ['contentBlockDelta', takeDelta],
  ['contentBlockStop', end],
  ['messageStop', stop],
  ['metadata', tell],
]);

/** The messages of a Converse stream into events. */
export function createConverseReducer(context: DecodeContext): Reducer<ConverseState, EventMessage, GenerationEvent> {
  return {
    initial: {
      open: undefined,
      native: undefined,
      isBare: false,
      hasStarted: false,
      hasFinished: false,
      hasFailed: false,
    },
    reduce(state, message) {
      if (state.hasFailed) return nothing(state);
      const failure = readFailure(message);
      if (failure !== undefined) return fail(state, failure);
      const value = tryParseExactly(message.payload);
      if (value === undefined) return fail(state);
      return takers.get(message.headers[':event-type'])?.(state, value, context) ?? nothing(state);
    },
    finish: ({ hasFinished, hasFailed }) =>
      hasFinished || hasFailed ? [] : [{ type: 'error', error: truncatedStream }],
  };
}
