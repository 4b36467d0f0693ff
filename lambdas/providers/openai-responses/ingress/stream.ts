import type { AnswerContext } from '../../../domain/conversation/codec.ts';
import {
  type Collected,
  collect,
  nothingCollected,
  toGeneration,
} from '../../../domain/conversation/collect-events.ts';
import type { GenerationEvent } from '../../../domain/conversation/generation-event.ts';
import type { Reducer, Step } from '../../../domain/conversation/reducer.ts';
import type { UpstreamError } from '../../../domain/conversation/upstream-error.ts';
import { noteDropped } from '../../note-dropped.ts';
import { codeOf } from '../../openai/errors.ts';
import { encodeResponse, idOf, inProgress, writeHead } from './response.ts';
import {
  addCitation,
  addSeal,
  addText,
  addWhole,
  beginItem,
  endItem,
  firstPlace,
  type Place,
  type Taken,
  type Told,
} from './stream-items.ts';

export interface ItemsState {
  readonly collected: Collected;
  readonly hasStarted: boolean;
  readonly hasFailed: boolean;
  readonly place: Place;
  /** Of the next event. */
  readonly sequence: number;
}

const initial: ItemsState = {
  collected: nothingCollected,
  hasStarted: false,
  hasFailed: false,
  place: firstPlace,
  sequence: 0,
};

function tellError(error: UpstreamError): Told {
  return ['error', { code: codeOf(error), message: error.message, param: error.param ?? null }];
}

/** Events with their numbers. */
function number(state: ItemsState, told: readonly Told[]): Step<ItemsState, string> {
  const out = told.map(
    ([type, members], index) =>
      `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: state.sequence + index, ...members })}\n\n`,
  );
  return { state: { ...state, sequence: state.sequence + told.length }, out };
}

function start(state: ItemsState, context: AnswerContext): Step<ItemsState, string> {
  if (state.hasStarted) return { state, out: [] };
  const response = { ...writeHead(state.collected.head, context, inProgress), output: [] };
  return number({ ...state, hasStarted: true }, [
    ['response.created', { response }],
    ['response.in_progress', { response }],
  ]);
}

function take(place: Place, event: GenerationEvent, answerId: string): Taken | undefined {
  switch (event.type) {
    case 'begin':
      return beginItem(place, event.part, answerId);
    case 'delta':
      return addText(place, event.text, event.logprobs);
    case 'seal':
      return addSeal(place, event.seal);
    case 'citation':
      return addCitation(place, event.citation);
    case 'end':
      return endItem(place);
    case 'whole':
      return addWhole(place, event.part, answerId);
    case 'error':
      return { place, told: [tellError(event.error)] };
    default:
      return { place, told: [] };
  }
}

function nameWhole(event: GenerationEvent): string {
  if (event.type !== 'whole') return event.type;
  return event.part.type === 'native' ? event.part.name : event.part.type;
}

/** Of one choice: this dialect has room for no other. */
const isOfOther = (event: GenerationEvent) => 'choice' in event && event.choice !== 0;

/** Events into the events of a streamed response. */
export function createResponseWriter(context: AnswerContext): Reducer<ItemsState, GenerationEvent, string> {
  return {
    initial,
    reduce(state, event) {
      if (state.hasFailed || isOfOther(event)) return { state, out: [] };
      const heard = { ...state, collected: collect(state.collected, event), hasFailed: event.type === 'error' };
      // What the beginning tells goes into the first event, so that one waits for something to say.
      if (event.type === 'start' || event.type === 'usage') return { state: heard, out: [] };
      const begun = start(heard, context);
      const taken = take(begun.state.place, event, idOf(heard.collected.head, context));
      if (taken === undefined) return { state: begun.state, out: [...begun.out, noteDropped(nameWhole(event))] };
      const step = number({ ...begun.state, place: taken.place }, taken.told);
      return { state: step.state, out: [...begun.out, ...step.out] };
    },
    finish(state) {
      if (state.hasFailed) return [];
      const begun = start(state, context);
      const { body: response } = encodeResponse(toGeneration(state.collected), context);
      const isCut = 'status' in response && response.status === 'incomplete';
      const last = number(begun.state, [[isCut ? 'response.incomplete' : 'response.completed', { response }]]);
      return [...begun.out, ...last.out];
    },
  };
}
