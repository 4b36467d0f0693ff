import * as z from 'zod/mini';
import type { DecodeContext } from '../../domain/conversation/codec.ts';
import type { GenerationEvent } from '../../domain/conversation/generation-event.ts';
import type { Seal } from '../../domain/conversation/parts.ts';
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
  closeAll,
  finishChoice,
  takeSteps,
} from '../choice-state.ts';
import type { SseEvent } from '../sse.ts';
import {
  readBlock,
  readCitations,
  readFinish,
  readHead,
  readLogprobs,
  readOther,
  type WireCandidate,
  type WirePart,
  type WireResponse,
  wireResponse,
} from './candidate.ts';
import { readError } from './errors.ts';
import { callSeal, textSeal } from './seals.ts';
import { readUsage } from './usage.ts';

interface Candidate {
  readonly choice: ChoiceState;
  /** All its text, as what it is grounded on is told by places in it. */
  readonly said: string;
}

export interface CandidatesState {
  readonly hasStarted: boolean;
  readonly hasFailed: boolean;
  readonly candidates: readonly Candidate[];
}

type TakeStep = (state: ChoiceState) => ChoiceStep | undefined;

/** A call comes whole. One that comes in pieces was not asked for in this way. */
function takeCall({ functionCall: wire, thoughtSignature: signature }: WirePart, context: DecodeContext): TakeStep {
  return (state) => {
    if (!wire?.name || wire.willContinue || wire.partialArgs) return undefined;
    const count = state.calls.length;
    const call: Call = {
      index: count,
      id: wire.id || nameCall(context.id, count),
      name: wire.name,
      isFreeText: false,
    };
    return takeSteps(state, [
      closeAll,
      ...(signature ? [(before: ChoiceState) => addSeal(before, callSeal(signature))] : []),
      (before) => beginCall(before, call),
      (before) => addInput(before, call, JSON.stringify(wire.args ?? {})),
    ]);
  };
}

/** A seal of a text closes it, and stands behind it. */
function sealText(seal: Seal): TakeStep {
  return (state) => takeSteps(state, [closeAll, (before) => addSeal(before, seal)]);
}

function takeWords({ text, thought, thoughtSignature: signature }: WirePart, wire: WireCandidate): TakeStep[] {
  const kind = thought === true ? 'reasoning' : 'text';
  const said: TakeStep[] = text
    ? [(state) => addWords(state, { kind, text, logprobs: kind === 'text' ? readLogprobs(wire) : undefined })]
    : [];
  if (!signature) return said;
  const seal = textSeal(signature);
  return [...said, kind === 'reasoning' ? (state) => addSeal(state, seal) : sealText(seal)];
}

function takePart(part: WirePart, wire: WireCandidate, context: DecodeContext): TakeStep[] {
  if (part.functionCall) return [takeCall(part, context)];
  if (part.text !== null && part.text !== undefined) return takeWords(part, wire);
  return [closeAll, (state) => ({ state, out: [{ type: 'whole', choice: state.index, part: readOther(part) }] })];
}

function cite(wire: WireCandidate, said: string): TakeStep {
  return (state) => {
    const citations = readCitations(wire.groundingMetadata, said);
    if (citations.length === 0 || state.open?.kind !== 'text') return { state, out: [] };
    return { state, out: citations.map((citation) => ({ type: 'citation', choice: state.index, citation }) as const) };
  };
}

function takeCandidate({ choice, said }: Candidate, wire: WireCandidate, context: DecodeContext) {
  const parts = wire.content?.parts ?? [];
  const more = parts.map(({ text, thought }) => (thought === true ? '' : (text ?? ''))).join('');
  const step = choice.isFinished
    ? { state: choice, out: [] }
    : takeSteps(choice, [
        ...parts.flatMap((part) => takePart(part, wire, context)),
        cite(wire, said + more),
        (state) =>
          wire.finishReason ? finishChoice(state, readFinish(wire, state.calls.length > 0)) : { state, out: [] },
      ]);
  return step && { candidate: { choice: step.state, said: said + more }, out: step.out };
}

const isStarted = (data: WireResponse) => Boolean(data.responseId || data.candidates?.length || data.promptFeedback);

function takeBlock(state: CandidatesState, data: WireResponse): Step<CandidatesState, GenerationEvent> | undefined {
  const block = readBlock(data);
  if (block === undefined || data.candidates?.length) return undefined;
  const choice = { ...beginChoice(0), isFinished: true };
  return {
    state: { ...state, candidates: [{ choice, said: '' }] },
    out: [{ type: 'finish', choice: 0, finish: block }],
  };
}

function takeResponse(state: CandidatesState, data: WireResponse, context: DecodeContext) {
  const out: GenerationEvent[] = [];
  if (!state.hasStarted && isStarted(data)) out.push({ type: 'start', head: readHead(data) });
  const started = { ...state, hasStarted: state.hasStarted || out.length > 0 };
  const block = takeBlock(started, data);
  if (block !== undefined) return { state: block.state, out: [...out, ...block.out] };
  const candidates = new Map(state.candidates.map((candidate) => [candidate.choice.index, candidate]));
  for (const wire of data.candidates ?? []) {
    const index = wire.index ?? 0;
    const taken = takeCandidate(candidates.get(index) ?? { choice: beginChoice(index), said: '' }, wire, context);
    if (taken === undefined) {
      const failed: GenerationEvent = { type: 'error', error: brokenStream };
      return { state: { ...started, hasFailed: true }, out: [...out, failed] };
    }
    candidates.set(index, taken.candidate);
    out.push(...taken.out);
  }
  return { state: { ...started, candidates: [...candidates.values()] }, out };
}

/** Streamed responses into events. */
export function createCandidateReducer(context: DecodeContext): Reducer<CandidatesState, SseEvent, GenerationEvent> {
  return {
    initial: { hasStarted: false, hasFailed: false, candidates: [] },
    reduce(state, { data }) {
      if (state.hasFailed) return { state, out: [] };
      const value = tryParseExactly(data);
      const parsed = z.safeParse(wireResponse, value);
      const error = readError(value);
      if (!parsed.success || error !== undefined) {
        return { state: { ...state, hasFailed: true }, out: [{ type: 'error', error: error ?? brokenStream }] };
      }
      const step = takeResponse(state, parsed.data, context);
      const usage = step.state.hasFailed ? undefined : readUsage(value);
      return usage === undefined ? step : { state: step.state, out: [...step.out, { type: 'usage', usage }] };
    },
    finish({ hasFailed, candidates }) {
      const isWhole = candidates.length > 0 && candidates.every(({ choice }) => choice.isFinished);
      return hasFailed || isWhole ? [] : [{ type: 'error', error: truncatedStream }];
    },
  };
}
