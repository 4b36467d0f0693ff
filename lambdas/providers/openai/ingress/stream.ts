import type { AnswerContext } from '../../../domain/conversation/codec.ts';
import type { GenerationHead } from '../../../domain/conversation/generation.ts';
import type { GenerationEvent, PartHead } from '../../../domain/conversation/generation-event.ts';
import type { Seal } from '../../../domain/conversation/parts.ts';
import type { Reducer, Step } from '../../../domain/conversation/reducer.ts';
import type { Usage } from '../../../domain/upstream/chat-provider.ts';
import { noteDropped } from '../../note-dropped.ts';
import { writeError } from '../errors.ts';
import { writeFinishReason } from '../finish-reason.ts';
import { writeReasoningDetail } from '../reasoning-details.ts';
import { writeToolCall } from '../tool-call.ts';
import { writeUsage } from '../usage.ts';
import { writeAnnotation, writeImage } from './message.ts';
import { writeHead, writeLogprobs } from './response.ts';

interface WrittenChoice {
  readonly open: PartHead | undefined;
  /** Of the open part. */
  readonly text: string;
  readonly seal: Seal | undefined;
  /** Of all earlier text. */
  readonly textLength: number;
  readonly calls: number;
  readonly reasonings: number;
  /** Gemini's, for the call that comes next. */
  readonly held: Seal | undefined;
}

const newChoice: WrittenChoice = {
  open: undefined,
  text: '',
  seal: undefined,
  textLength: 0,
  calls: 0,
  reasonings: 0,
  held: undefined,
};

export interface ChunksState {
  readonly head: GenerationHead;
  readonly choices: ReadonlyMap<number, WrittenChoice>;
  readonly usage: Usage | undefined;
  readonly hasFailed: boolean;
}

interface Written {
  readonly choice: WrittenChoice;
  /** Each the `delta` of a chunk of its own. */
  readonly deltas: readonly object[];
}

function writeHeld(choice: WrittenChoice): Written {
  const { held, reasonings } = choice;
  if (held === undefined) return { choice, deltas: [] };
  const details = writeReasoningDetail({ text: '', seal: held }, reasonings);
  return {
    choice: { ...choice, held: undefined, reasonings: reasonings + 1 },
    deltas: [{ reasoning_details: details }],
  };
}

function begin(choice: WrittenChoice, part: PartHead): Written {
  const opened = { ...choice, open: part, text: '', seal: undefined };
  // What is held goes on a call, and before anything else but another reasoning, which may be its own.
  if (part.type === 'reasoning') return { choice: opened, deltas: [] };
  if (part.type !== 'tool_call') return writeHeld(opened);
  const call = { index: choice.calls, ...writeToolCall({ ...part, input: '' }, choice.held) };
  return { choice: { ...opened, held: undefined, calls: choice.calls + 1 }, deltas: [{ tool_calls: [call] }] };
}

function addText(choice: WrittenChoice, text: string): Written {
  const { open, calls } = choice;
  const grown = { ...choice, text: open?.type === 'tool_call' ? '' : choice.text + text };
  switch (open?.type) {
    case 'text':
      return { choice: grown, deltas: [{ content: text }] };
    case 'reasoning':
      return { choice: grown, deltas: [{ reasoning_content: text }] };
    case 'refusal':
      return { choice: grown, deltas: [{ refusal: text }] };
    case 'tool_call': {
      const input = open.isFreeText === true ? { custom: { input: text } } : { function: { arguments: text } };
      return { choice: grown, deltas: [{ tool_calls: [{ index: calls - 1, ...input }] }] };
    }
    case undefined:
      return { choice, deltas: [] };
  }
}

function end(choice: WrittenChoice): Written {
  const { open, text, seal, reasonings } = choice;
  const closed = { ...choice, open: undefined, text: '', seal: undefined };
  if (open?.type === 'text') return { choice: { ...closed, textLength: choice.textLength + text.length }, deltas: [] };
  if (open?.type !== 'reasoning' || seal === undefined) return { choice: closed, deltas: [] };
  if (text === '' && seal.origin === 'gemini') {
    const before = writeHeld(closed);
    return { choice: { ...before.choice, held: seal }, deltas: before.deltas };
  }
  // Once more, and whole: what is signed has to come back as it was, and clients put such pieces side by side.
  const details = writeReasoningDetail({ text, seal }, reasonings);
  return { choice: { ...closed, reasonings: reasonings + 1 }, deltas: [{ reasoning_details: details }] };
}

type ChoiceEvent = Exclude<GenerationEvent, { type: 'start' | 'usage' | 'error' | 'finish' }>;

function write(choice: WrittenChoice, event: ChoiceEvent): Written {
  switch (event.type) {
    case 'begin':
      return begin(choice, event.part);
    case 'delta':
      return addText(choice, event.text);
    case 'seal':
      return { choice: { ...choice, seal: event.seal }, deltas: [] };
    case 'end':
      return end(choice);
    case 'citation': {
      const annotation = writeAnnotation(event.citation, choice.textLength, choice.text.length);
      return { choice, deltas: annotation === undefined ? [] : [{ annotations: [annotation] }] };
    }
    case 'whole': {
      const image = event.part.type === 'image' ? writeImage(event.part) : undefined;
      return { choice, deltas: image === undefined ? [] : [{ images: [image] }] };
    }
  }
}

function lostBy(event: ChoiceEvent, { deltas }: Written): string | undefined {
  if (event.type === 'whole' && event.part.type === 'native') return event.part.name;
  return event.type === 'citation' && deltas.length === 0 ? 'citations' : undefined;
}

const toSse = (value: object) => `data: ${JSON.stringify(value)}\n\n`;

/** Events into chat completion chunks. */
export function createChunkWriter(context: AnswerContext): Reducer<ChunksState, GenerationEvent, string> {
  const withUsage = context.request.wantsUsage ? { usage: null } : {};
  const chunk = (head: GenerationHead, choices: readonly object[], more: object = withUsage) =>
    toSse({ ...writeHead(head, context, 'chat.completion.chunk'), choices, ...more });

  function takeChoice(state: ChunksState, event: ChoiceEvent): Step<ChunksState, string> {
    const { choice: index } = event;
    const known = state.choices.get(index);
    const written = write(known ?? newChoice, event);
    const logprobs = event.type === 'delta' && event.logprobs ? { logprobs: writeLogprobs(event.logprobs) } : {};
    const role = known === undefined ? [{ role: 'assistant', content: '' }] : [];
    const lost = lostBy(event, written);
    return {
      state: { ...state, choices: new Map(state.choices).set(index, written.choice) },
      out: [
        ...role.map((delta) => chunk(state.head, [{ index, delta, finish_reason: null }])),
        ...(lost === undefined ? [] : [noteDropped(lost)]),
        ...written.deltas.map((delta) => chunk(state.head, [{ index, delta, finish_reason: null, ...logprobs }])),
      ],
    };
  }

  function takeFinish(
    state: ChunksState,
    { choice: index, finish }: Extract<GenerationEvent, { type: 'finish' }>,
  ): string[] {
    const known = state.choices.get(index);
    const held = writeHeld(known ?? newChoice).deltas;
    const first = known === undefined ? [{ role: 'assistant', content: '' }] : [];
    const refusal = finish.explanation === undefined ? [] : [{ refusal: finish.explanation }];
    return [
      ...[...first, ...held, ...refusal].map((delta) => chunk(state.head, [{ index, delta, finish_reason: null }])),
      chunk(state.head, [{ index, delta: {}, finish_reason: writeFinishReason(finish.reason) }]),
    ];
  }

  return {
    initial: { head: {}, choices: new Map(), usage: undefined, hasFailed: false },
    reduce(state, event) {
      if (state.hasFailed) return { state, out: [] };
      switch (event.type) {
        case 'start':
          return { state: { ...state, head: event.head }, out: [] };
        case 'usage':
          return { state: { ...state, usage: event.usage }, out: [] };
        case 'error':
          return { state: { ...state, hasFailed: true }, out: [toSse(writeError(event.error))] };
        case 'finish':
          return { state, out: takeFinish(state, event) };
        default:
          return takeChoice(state, event);
      }
    },
    finish({ head, usage, hasFailed }) {
      if (hasFailed) return [];
      const last = usage && context.request.wantsUsage ? [chunk(head, [], { usage: writeUsage(usage) })] : [];
      return [...last, 'data: [DONE]\n\n'];
    },
  };
}
