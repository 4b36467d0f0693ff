import type { AnswerContext } from '../../../domain/conversation/codec.ts';
import type { Finish, GenerationHead } from '../../../domain/conversation/generation.ts';
import type { GenerationEvent, PartHead } from '../../../domain/conversation/generation-event.ts';
import type { Seal } from '../../../domain/conversation/parts.ts';
import type { Reducer, Step } from '../../../domain/conversation/reducer.ts';
import { packSeal } from '../../../domain/conversation/seals.ts';
import type { Usage } from '../../../domain/upstream/chat-provider.ts';
import { noteDropped } from '../../note-dropped.ts';
import { writeCitation } from '../citations.ts';
import { writeError } from '../errors.ts';
import { writeHead, writeStop, writeThinking, writeTieredUsage } from './response.ts';

export interface BlocksState {
  readonly head: GenerationHead;
  readonly hasStarted: boolean;
  readonly hasFailed: boolean;
  readonly isRefused: boolean;
  /** Of the next block. */
  readonly index: number;
  readonly open: PartHead | undefined;
  /** A thought is begun with its first word, or its seal: only then is it known what it is. */
  readonly isBegun: boolean;
  readonly usage: Usage | undefined;
  readonly finish: Finish | undefined;
}

type Taken = Step<BlocksState, string>;

/** Of one choice: this dialect has room for no other. */
const onlyChoice = 0;

function toSse(type: string, members: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
}

function beginBlock(state: BlocksState, content_block: object): Taken {
  return {
    state: { ...state, isBegun: true },
    out: [toSse('content_block_start', { index: state.index, content_block })],
  };
}

function writeDelta(state: BlocksState, delta: object): string {
  return toSse('content_block_delta', { index: state.index, delta });
}

function writeInput(state: BlocksState, partial_json: string): string {
  return writeDelta(state, { type: 'input_json_delta', partial_json });
}

const emptyBlocks = { text: { type: 'text', text: '' }, refusal: { type: 'text', text: '' } } as const;

function begin(state: BlocksState, part: PartHead): Taken {
  const opened = { ...state, open: part, isBegun: false };
  switch (part.type) {
    case 'text':
    case 'refusal':
      return beginBlock({ ...opened, isRefused: state.isRefused || part.type === 'refusal' }, emptyBlocks[part.type]);
    case 'tool_call': {
      const begun = beginBlock(opened, { type: 'tool_use', id: part.id, name: part.name, input: {} });
      return part.isFreeText === true ? { ...begun, out: [...begun.out, writeInput(opened, '{"input":"')] } : begun;
    }
    case 'reasoning':
      return { state: opened, out: [] };
  }
}

const emptyThought = writeThinking('', undefined);

function addText(state: BlocksState, text: string): Taken {
  switch (state.open?.type) {
    case 'text':
    case 'refusal':
      return { state, out: [writeDelta(state, { type: 'text_delta', text })] };
    case 'tool_call': {
      // Free text is the one member of an object, as every tool takes one here.
      const json = state.open.isFreeText === true ? JSON.stringify(text).slice(1, -1) : text;
      return { state, out: [writeInput(state, json)] };
    }
    case 'reasoning': {
      const begun = state.isBegun ? { state, out: [] } : beginBlock(state, emptyThought);
      return { state: begun.state, out: [...begun.out, writeDelta(state, { type: 'thinking_delta', thinking: text })] };
    }
    case undefined:
      return { state, out: [] };
  }
}

function addSeal(state: BlocksState, seal: Seal): Taken {
  if (!state.isBegun && seal.origin === 'anthropic' && seal.kind === 'encrypted') {
    return beginBlock(state, writeThinking('', seal));
  }
  const begun = state.isBegun ? { state, out: [] } : beginBlock(state, emptyThought);
  const signature = packSeal(seal, 'anthropic');
  return { state: begun.state, out: [...begun.out, writeDelta(state, { type: 'signature_delta', signature })] };
}

function endBlock(state: BlocksState): Taken {
  const closed = { ...state, open: undefined, isBegun: false };
  if (state.open === undefined || !state.isBegun) return { state: closed, out: [] };
  const isFreeText = state.open.type === 'tool_call' && state.open.isFreeText === true;
  return {
    state: { ...closed, index: state.index + 1 },
    out: [...(isFreeText ? [writeInput(state, '"}')] : []), toSse('content_block_stop', { index: state.index })],
  };
}

function addWhole(state: BlocksState, { part }: Extract<GenerationEvent, { type: 'whole' }>): Taken {
  if (part.type !== 'native' || part.dialect !== 'anthropic' || typeof part.value !== 'object' || part.value === null) {
    return { state, out: [noteDropped(part.type === 'native' ? part.name : part.type)] };
  }
  const begun = beginBlock(state, part.value);
  const ended = endBlock({ ...begun.state, open: { type: 'text' } });
  return { state: ended.state, out: [...begun.out, ...ended.out] };
}

function take(state: BlocksState, event: GenerationEvent): Taken {
  switch (event.type) {
    case 'begin':
      return begin(state, event.part);
    case 'delta':
      return addText(state, event.text);
    case 'seal':
      return addSeal(state, event.seal);
    case 'citation': {
      const delta = { type: 'citations_delta', citation: writeCitation(event.citation) };
      return { state, out: state.open?.type === 'text' ? [writeDelta(state, delta)] : [] };
    }
    case 'end':
      return endBlock(state);
    case 'whole':
      return addWhole(state, event);
    case 'finish':
      return { state: { ...state, finish: event.finish }, out: [] };
    case 'usage':
      return { state: { ...state, usage: event.usage }, out: [] };
    case 'error':
      return { state: { ...state, hasFailed: true }, out: [toSse('error', writeError(event.error))] };
    case 'start':
      return { state: { ...state, head: event.head }, out: [] };
  }
}

function isOfOther(event: GenerationEvent): boolean {
  return 'choice' in event && event.choice !== onlyChoice;
}

/** Events into the events of a streamed message. */
export function createMessageWriter(context: AnswerContext): Reducer<BlocksState, GenerationEvent, string> {
  function start(state: BlocksState, isNews: boolean): Taken {
    if (state.hasStarted || !isNews) return { state, out: [] };
    const message = {
      ...writeHead(state.head, context),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: writeTieredUsage(state.usage, state.head.serviceTier),
    };
    return { state: { ...state, hasStarted: true }, out: [toSse('message_start', { message })] };
  }
  return {
    initial: {
      head: {},
      hasStarted: false,
      hasFailed: false,
      isRefused: false,
      index: 0,
      open: undefined,
      isBegun: false,
      usage: undefined,
      finish: undefined,
    },
    reduce(state, event) {
      if (state.hasFailed || isOfOther(event)) return { state, out: [] };
      // What the beginning tells of the usage goes into the first event, so that one waits for something to say.
      const started = start(state, event.type !== 'start' && event.type !== 'usage');
      const taken = take(started.state, event);
      return { state: taken.state, out: [...started.out, ...taken.out] };
    },
    finish(state) {
      if (state.hasFailed) return [];
      const started = start(state, true);
      const { usage, head, finish = { reason: 'other' }, isRefused } = state;
      const delta = writeStop(finish, isRefused);
      return [
        ...started.out,
        toSse('message_delta', { delta, usage: writeTieredUsage(usage, head.serviceTier) }),
        toSse('message_stop'),
      ];
    },
  };
}
