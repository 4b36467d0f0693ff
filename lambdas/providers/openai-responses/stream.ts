import * as z from 'zod/mini';
import type { DecodeContext } from '../../domain/conversation/codec.ts';
import type { GenerationEvent } from '../../domain/conversation/generation-event.ts';
import type { Reducer, Step } from '../../domain/conversation/reducer.ts';
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
  closeAll,
  endWords,
  finishChoice,
  takeSteps,
  type Words,
} from '../choice-state.ts';
import type { SseEvent } from '../sse.ts';
import { readError } from './errors.ts';
import {
  readCitation,
  readItem,
  readLogprobs,
  sealOf,
  type WireItem,
  wireAnnotation,
  wireItem,
  wireLogprobs,
} from './items.ts';
import { readHead, readReason, wireEnd, wireHead } from './response.ts';
import { readUsage } from './usage.ts';

const text = z.catch(z.nullish(z.string()), null);
const number = z.catch(z.nullish(z.number()), null);

const wireEvent = z.object({
  type: z.string(),
  output_index: number,
  summary_index: number,
  content_index: number,
  delta: text,
  item: z.catch(z.nullish(wireItem), null),
  annotation: z.catch(z.nullish(wireAnnotation), null),
  logprobs: wireLogprobs,
});
type WireEvent = z.infer<typeof wireEvent>;
const withResponse = z.object({ response: z.unknown() });

export interface ResponseState {
  readonly choice: ChoiceState;
  readonly hasStarted: boolean;
  readonly isOver: boolean;
  /** Of the item in hand: which way its reasoning came first. Only that one counts. */
  readonly thought: 'summary' | 'content' | undefined;
  /** Of the item in hand: it has said something already. */
  readonly hasSpoken: boolean;
}

type Taken = Step<ResponseState, GenerationEvent>;
type Take = (state: ResponseState, event: WireEvent, value: unknown) => Taken;

const nothing = (state: ResponseState): Taken => ({ state, out: [] });

const fail = (state: ResponseState, error = brokenStream): Taken => ({
  state: { ...state, isOver: true },
  out: [{ type: 'error', error }],
});

function withStep(state: ResponseState, step: ChoiceStep | undefined): Taken {
  return step === undefined ? fail(state) : { state: { ...state, choice: step.state }, out: step.out };
}

function speak(state: ResponseState, words: Words): Taken {
  return words.text === '' ? nothing(state) : withStep({ ...state, hasSpoken: true }, addWords(state.choice, words));
}

const say =
  (kind: 'text' | 'refusal'): Take =>
  (state, { delta, logprobs }) =>
    speak(state, { kind, text: delta ?? '', logprobs: readLogprobs(logprobs) });

/** Paragraphs of a summary stand apart. */
const think =
  (thought: 'summary' | 'content'): Take =>
  (state, { delta }) => {
    if (state.thought !== undefined && state.thought !== thought) return nothing(state);
    return speak({ ...state, thought }, { kind: 'reasoning', text: delta ?? '' });
  };

const nextThought =
  (thought: 'summary' | 'content'): Take =>
  (state, { summary_index, content_index }) => {
    const index = (thought === 'summary' ? summary_index : content_index) ?? 0;
    if (index === 0 || state.thought !== thought) return nothing(state);
    return speak(state, { kind: 'reasoning', text: '\n\n' });
  };

function callOf({ type, call_id, name }: WireItem, output_index: number | null | undefined): Call | undefined {
  if (type !== 'function_call' && type !== 'custom_tool_call') return undefined;
  return { index: output_index ?? 0, id: call_id ?? '', name: name ?? '', isFreeText: type === 'custom_tool_call' };
}

function beginItem(state: ResponseState, { item, output_index }: WireEvent): Taken {
  const call = item && callOf(item, output_index);
  const begun = { ...state, thought: undefined, hasSpoken: false };
  return call ? withStep(begun, beginCall(state.choice, call)) : nothing(begun);
}

function addArguments(state: ResponseState, { delta, output_index }: WireEvent): Taken {
  const call = state.choice.calls.findLast(({ index }) => index === (output_index ?? index));
  if (call === undefined || !delta) return nothing(state);
  return withStep({ ...state, hasSpoken: true }, addInput(state.choice, call, delta));
}

/** What an item says at its end, where it has not said it before. */
function endCall(state: ResponseState, item: WireItem, call: Call): Taken {
  const input = item.type === 'custom_tool_call' ? item.input : item.arguments;
  const known = state.choice.calls.some(({ id }) => id === call.id);
  return withStep(
    state,
    takeSteps(state.choice, [
      (before) => (known ? { state: before, out: [] } : beginCall(before, call)),
      (before) => (state.hasSpoken || !input ? { state: before, out: [] } : addInput(before, call, input)),
    ]),
  );
}

function endWhole(state: ResponseState, item: WireItem, provider: string): Taken {
  const parts = readItem(item, provider);
  return withStep(
    state,
    takeSteps(state.choice, [
      closeAll,
      ...parts.map((part) => (before: ChoiceState): ChoiceStep => {
        if (part.type === 'image' || part.type === 'native') {
          return { state: before, out: [{ type: 'whole', choice: before.index, part }] };
        }
        return part.type === 'text' || part.type === 'refusal'
          ? addWords(before, { kind: part.type, text: part.text })
          : { state: before, out: [] };
      }),
      endWords,
    ]),
  );
}

function endReasoning(state: ResponseState, item: WireItem, provider: string): Taken {
  const [part] = readItem(item, provider);
  const said = part?.type === 'reasoning' && !state.hasSpoken ? part.text : '';
  const seal = sealOf(item, provider);
  return withStep(
    state,
    takeSteps(state.choice, [
      (before) => (said === '' ? { state: before, out: [] } : addWords(before, { kind: 'reasoning', text: said })),
      (before) => (seal === undefined ? endWords(before) : addSeal(before, seal)),
    ]),
  );
}

function endItem(state: ResponseState, { item, output_index }: WireEvent, provider: string): Taken {
  if (!item) return nothing(state);
  const call = callOf(item, output_index);
  if (call !== undefined) return endCall(state, item, call);
  if (item.type === 'reasoning') return endReasoning(state, item, provider);
  if (item.type === 'message' && state.hasSpoken) return withStep(state, endWords(state.choice));
  return endWhole(state, item, provider);
}

const start: Take = (state, _event, value) => {
  const { data } = z.safeParse(withResponse, value);
  const head = z.safeParse(wireHead, data?.response).data;
  if (state.hasStarted || head === undefined) return nothing(state);
  return { state: { ...state, hasStarted: true }, out: [{ type: 'start', head: readHead(head) }] };
};

const end: Take = (state, _event, value) => {
  const response = z.safeParse(withResponse, value).data?.response;
  const told = z.safeParse(wireEnd, response).data;
  if (told === undefined) return fail(state);
  const step = finishChoice(state.choice, { reason: readReason(told, state.choice.calls.length > 0) });
  const usage = readUsage(response);
  return {
    state: { ...state, choice: step.state, isOver: true },
    out: [...step.out, ...(usage ? [{ type: 'usage', usage } as const] : [])],
  };
};

const cite: Take = (state, { annotation }) => {
  if (!annotation || state.choice.open?.kind !== 'text') return nothing(state);
  return { state, out: [{ type: 'citation', choice: state.choice.index, citation: readCitation(annotation) }] };
};

const failure: Take = (state, _event, value) => fail(state, readError(value) ?? brokenStream);

function takersFor(provider: string): ReadonlyMap<string, Take> {
  return new Map<string, Take>([
    ['response.created', start],
    ['response.in_progress', start],
    ['response.output_item.added', beginItem],
    ['response.output_item.done', (state, event) => endItem(state, event, provider)],
    ['response.output_text.delta', say('text')],
    ['response.refusal.delta', say('refusal')],
    ['response.output_text.annotation.added', cite],
    ['response.reasoning_summary_part.added', nextThought('summary')],
    ['response.reasoning_summary_text.delta', think('summary')],
    ['response.content_part.added', nextThought('content')],
    ['response.reasoning_text.delta', think('content')],
    ['response.function_call_arguments.delta', addArguments],
    ['response.custom_tool_call_input.delta', addArguments],
    ['response.completed', end],
    ['response.incomplete', end],
    ['response.failed', failure],
    ['error', failure],
  ]);
}

/** The events of a streamed response. All that it does not know is of no account. */
export function createResponseReducer({ target }: DecodeContext): Reducer<ResponseState, SseEvent, GenerationEvent> {
  const takers = takersFor(target.provider);
  return {
    initial: { choice: beginChoice(0), hasStarted: false, isOver: false, thought: undefined, hasSpoken: false },
    reduce(state, { data }) {
      if (state.isOver || data === '[DONE]') return nothing(state);
      const value = tryParseExactly(data);
      const parsed = z.safeParse(wireEvent, value);
      if (!parsed.success) return fail(state, readError(value) ?? brokenStream);
      return takers.get(parsed.data.type)?.(state, parsed.data, value) ?? nothing(state);
    },
    finish: ({ isOver }) => (isOver ? [] : [{ type: 'error', error: truncatedStream }]),
  };
}
