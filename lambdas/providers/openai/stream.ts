import * as z from 'zod/mini';
import type { DecodeContext } from '../../domain/conversation/codec.ts';
import type { GenerationEvent } from '../../domain/conversation/generation-event.ts';
import type { Reducer, Step } from '../../domain/conversation/reducer.ts';
import { nameCall } from '../../domain/conversation/tool-call-ids.ts';
import { brokenStream, truncatedStream } from '../../domain/conversation/upstream-error.ts';
import { tryParseExactly } from '../../domain/json/exact-json.ts';
import {
  addInput,
  addSeal,
  addWords,
  beginCall,
  beginChoice,
  type Call,
  type ChoiceState,
  type ChoiceStep,
  finishChoice,
  takeSteps,
  type Words,
} from '../choice-state.ts';
import type { SseEvent } from '../sse.ts';
import { readError } from './errors.ts';
import {
  argumentsOf,
  citationsOf,
  imagesOf,
  readLogprobs,
  reasoningOf,
  textOf,
  type WireMessage,
  type WireToolCall,
  wireLogprobs,
  wireMessage,
} from './message-parts.ts';
import { readReasoningDetails } from './reasoning-details.ts';
import { reasonFor } from './response.ts';
import { readUsage } from './usage.ts';

const text = z.catch(z.nullish(z.string()), null);
const number = z.catch(z.nullish(z.number()), null);

const wireChoice = z.object({
  index: number,
  delta: z.nullish(wireMessage),
  finish_reason: text,
  logprobs: wireLogprobs,
});
type WireChoice = z.infer<typeof wireChoice>;

const chunk = z.object({
  id: text,
  model: text,
  created: number,
  service_tier: text,
  system_fingerprint: text,
  choices: z.catch(z.nullish(z.array(wireChoice)), null),
  /** Groq tells the usage here where nobody has asked for it. */
  x_groq: z.catch(z.nullish(z.object({ usage: z.nullish(z.unknown()) })), null),
});
type Chunk = z.infer<typeof chunk>;

export interface ChunkState {
  readonly hasStarted: boolean;
  readonly choices: readonly ChoiceState[];
  /** Nothing follows an error. */
  readonly hasFailed: boolean;
}

type Taken = ChoiceStep | undefined;

/** The call that a delta belongs to: by its index, unless it names another id there, as some servers number badly. */
function findCall({ calls }: ChoiceState, { index, id }: WireToolCall): Call | undefined {
  if (index === null || index === undefined) return id ? calls.findLast((call) => call.id === id) : calls.at(-1);
  const call = calls.findLast((earlier) => earlier.index === index);
  return call !== undefined && id && call.id !== id ? undefined : call;
}

function takeToolCall(state: ChoiceState, wire: WireToolCall, context: DecodeContext): Taken {
  const known = findCall(state, wire);
  const input = wire.custom?.input ?? argumentsOf(wire);
  if (known !== undefined) return input === '' ? { state, out: [] } : addInput(state, known, input);
  const count = state.calls.length;
  const call: Call = {
    index: wire.index ?? count,
    id: wire.id || nameCall(context.id, count),
    name: wire.custom?.name ?? wire.function?.name ?? '',
    isFreeText: Boolean(wire.custom),
  };
  const signature = wire.extra_content?.google?.thought_signature;
  return takeSteps(state, [
    (before) =>
      signature
        ? addSeal(before, { origin: 'gemini', kind: 'signature', value: signature })
        : { state: before, out: [] },
    (before) => beginCall(before, call),
    (before) => (input === '' ? { state: before, out: [] } : addInput(before, call, input)),
  ]);
}

function wordsOf(message: WireMessage, logprobs: WireChoice['logprobs']): Words[] {
  const said = textOf(message);
  const thought = reasoningOf(message);
  return [
    ...(thought ? [{ kind: 'reasoning', text: thought } as const] : []),
    ...(said ? [{ kind: 'text', text: said, logprobs: readLogprobs(logprobs) } as const] : []),
    ...(message.refusal ? [{ kind: 'refusal', text: message.refusal } as const] : []),
  ];
}

function takeCitations(state: ChoiceState, message: WireMessage): ChoiceStep {
  const citations = citationsOf(message);
  if (citations.length === 0) return { state, out: [] };
  const open = state.open?.kind === 'text' ? { state, out: [] } : addWords(state, { kind: 'text', text: '' });
  const cited = citations.map((citation) => ({ type: 'citation', choice: state.index, citation }) as const);
  return { state: open.state, out: [...open.out, ...cited] };
}

function takeDelta(state: ChoiceState, message: WireMessage, wire: WireChoice, context: DecodeContext): Taken {
  const details = message.reasoning_details ? readReasoningDetails(message.reasoning_details) : [];
  const words = wordsOf(message, wire.logprobs);
  return takeSteps(state, [
    ...words.map((said) => (before: ChoiceState) => addWords(before, said)),
    ...details.flatMap(({ seal }) => (seal ? [(before: ChoiceState) => addSeal(before, seal)] : [])),
    (before) => takeCitations(before, message),
    (before) => ({
      state: before,
      out: imagesOf(message).map((part) => ({ type: 'whole', choice: state.index, part }) as const),
    }),
    ...(message.tool_calls ?? []).map((call) => (before: ChoiceState) => takeToolCall(before, call, context)),
  ]);
}

function takeChoice(state: ChoiceState, wire: WireChoice, context: DecodeContext): Taken {
  if (state.isFinished) return { state, out: [] };
  const { delta, finish_reason: reason } = wire;
  return takeSteps(state, [
    (before) => (delta ? takeDelta(before, delta, wire, context) : { state: before, out: [] }),
    (before) =>
      reason
        ? finishChoice(before, { reason: reasonFor(reason, before.calls.length > 0) })
        : { state: before, out: [] },
  ]);
}

function start(state: ChunkState, data: Chunk): GenerationEvent[] {
  // Azure begins with a chunk about the prompt, which has neither id nor model.
  if (state.hasStarted || (!data.id && !data.choices?.length)) return [];
  const { id, model, created, service_tier, system_fingerprint } = data;
  const head = {
    id: id || undefined,
    model: model || undefined,
    created: created ?? undefined,
    serviceTier: service_tier ?? undefined,
    fingerprint: system_fingerprint ?? undefined,
  };
  return [{ type: 'start', head }];
}

function takeChunk(state: ChunkState, data: Chunk, context: DecodeContext): Step<ChunkState, GenerationEvent> {
  const out = start(state, data);
  const hasStarted = state.hasStarted || out.length > 0;
  const choices = new Map(state.choices.map((choice) => [choice.index, choice]));
  for (const wire of data.choices ?? []) {
    const index = wire.index ?? 0;
    const taken = takeChoice(choices.get(index) ?? beginChoice(index), wire, context);
    if (taken === undefined) {
      return { state: { ...state, hasFailed: true }, out: [...out, { type: 'error', error: brokenStream }] };
    }
    choices.set(index, taken.state);
    out.push(...taken.out);
  }
  return { state: { ...state, hasStarted, choices: [...choices.values()] }, out };
}

/** Chat completion chunks into events. */
export function createChunkReducer(context: DecodeContext): Reducer<ChunkState, SseEvent, GenerationEvent> {
  return {
    initial: { hasStarted: false, choices: [], hasFailed: false },
    reduce(state, { data }) {
      if (state.hasFailed || data === '[DONE]') return { state, out: [] };
      const value = tryParseExactly(data);
      const parsed = z.safeParse(chunk, value);
      const error = readError(value);
      if (!parsed.success || error !== undefined) {
        return { state: { ...state, hasFailed: true }, out: [{ type: 'error', error: error ?? brokenStream }] };
      }
      const step = takeChunk(state, parsed.data, context);
      const usage = readUsage(value) ?? readUsage(parsed.data.x_groq);
      return usage === undefined ? step : { state: step.state, out: [...step.out, { type: 'usage', usage }] };
    },
    finish({ hasFailed, choices }) {
      const isWhole = choices.length > 0 && choices.every(({ isFinished }) => isFinished);
      return hasFailed || isWhole ? [] : [{ type: 'error', error: truncatedStream }];
    },
  };
}
