import type { Finish, TokenLogprob } from '../domain/conversation/generation.ts';
import type { GenerationEvent, PartHead } from '../domain/conversation/generation-event.ts';
import type { Seal } from '../domain/conversation/parts.ts';
import { emptyScan, isClosed, type JsonScan, scanJson } from '../domain/json/json-scan.ts';

// One choice of a stream, in a dialect in which calls may be written side by side. Here, and in every dialect that it is
// translated into, one part is open at a time. So a call that begins while another is not done waits for that one.

export interface Call {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly isFreeText: boolean;
}

interface WaitingCall extends Call {
  readonly input: string;
  readonly scan: JsonScan;
}

type Open =
  | { readonly kind: 'text' | 'reasoning' | 'refusal' }
  | { readonly kind: 'call'; readonly call: Call; readonly scan: JsonScan };

export interface ChoiceState {
  readonly index: number;
  readonly open: Open | undefined;
  readonly waiting: readonly WaitingCall[];
  /** Seals that came while a call was open. */
  readonly seals: readonly Seal[];
  /** Calls so far, whatever became of them. */
  readonly calls: readonly Call[];
  readonly isFinished: boolean;
}

export interface ChoiceStep {
  readonly state: ChoiceState;
  readonly out: readonly GenerationEvent[];
}

export function beginChoice(index: number): ChoiceState {
  return { index, open: undefined, waiting: [], seals: [], calls: [], isFinished: false };
}

function headOf({ id, name, isFreeText }: Call): PartHead {
  return { type: 'tool_call', id, name, ...(isFreeText && { isFreeText }) };
}

const isSame = (one: Call, other: Call) => one.id === other.id && one.index === other.index;

/** What a client can run: JSON that is closed, or free text, of which nobody knows when it is done. */
const isDone = (call: Call, scan: JsonScan) => call.isFreeText || isClosed(scan);

function openCall(state: ChoiceState, call: WaitingCall): ChoiceStep {
  const { index: choice } = state;
  const { input, scan, ...head } = call;
  return {
    state: { ...state, open: { kind: 'call', call: head, scan } },
    out: [
      { type: 'begin', choice, part: headOf(call) },
      ...(input === '' ? [] : [{ type: 'delta', choice, text: input } as const]),
    ],
  };
}

function writeSeals(choice: number, seals: readonly Seal[]): GenerationEvent[] {
  return seals.flatMap((seal): GenerationEvent[] => [
    { type: 'begin', choice, part: { type: 'reasoning' } },
    { type: 'seal', choice, seal },
    { type: 'end', choice },
  ]);
}

/** Ends what is open, and every call that waits. */
export function closeAll(state: ChoiceState): ChoiceStep {
  const { index: choice } = state;
  const out: GenerationEvent[] = [];
  if (state.open !== undefined) out.push({ type: 'end', choice });
  for (const call of state.waiting) {
    out.push(...openCall(state, call).out, { type: 'end', choice });
  }
  out.push(...writeSeals(choice, state.seals));
  return { state: { ...state, open: undefined, waiting: [], seals: [] }, out };
}

/** A call that is done makes room for those that wait. */
function advance(state: ChoiceState): ChoiceStep {
  let current = state;
  const out: GenerationEvent[] = [];
  while (current.open?.kind === 'call' && isDone(current.open.call, current.open.scan)) {
    const [next, ...waiting] = current.waiting;
    if (next === undefined) break;
    const step = openCall({ ...current, waiting }, next);
    out.push({ type: 'end', choice: current.index }, ...step.out);
    current = step.state;
  }
  return { state: current, out };
}

export interface Words {
  readonly kind: 'text' | 'reasoning' | 'refusal';
  readonly text: string;
  readonly logprobs?: readonly TokenLogprob[] | undefined;
}

/** More of a text, which may be the first of it. */
export function addWords(state: ChoiceState, { kind, text, logprobs }: Words): ChoiceStep {
  const { index: choice } = state;
  const delta: GenerationEvent = { type: 'delta', choice, text, ...(logprobs && { logprobs }) };
  if (state.open?.kind === kind) return { state, out: [delta] };
  const closed = closeAll(state);
  return {
    state: { ...closed.state, open: { kind } },
    out: [...closed.out, { type: 'begin', choice, part: { type: kind } }, delta],
  };
}

/** What follows is another part, also where it is of the same kind. */
export function endWords(state: ChoiceState): ChoiceStep {
  if (state.open === undefined || state.open.kind === 'call') return { state, out: [] };
  return { state: { ...state, open: undefined }, out: [{ type: 'end', choice: state.index }] };
}

/** Vouches for the reasoning that is open, or for some that nobody may see; either way that part is over. */
export function addSeal(state: ChoiceState, seal: Seal): ChoiceStep {
  const { index: choice } = state;
  if (state.open?.kind === 'call') return { state: { ...state, seals: [...state.seals, seal] }, out: [] };
  if (state.open?.kind !== 'reasoning') {
    const closed = closeAll(state);
    return { state: closed.state, out: [...closed.out, ...writeSeals(choice, [seal])] };
  }
  return {
    state: { ...state, open: undefined },
    out: [
      { type: 'seal', choice, seal },
      { type: 'end', choice },
    ],
  };
}

/** Applies one step after another; the first that cannot be taken ends it. */
export function takeSteps(
  first: ChoiceState,
  steps: readonly ((state: ChoiceState) => ChoiceStep | undefined)[],
): ChoiceStep | undefined {
  let state = first;
  const out: GenerationEvent[] = [];
  for (const step of steps) {
    const taken = step(state);
    if (taken === undefined) return undefined;
    state = taken.state;
    out.push(...taken.out);
  }
  return { state, out };
}

export function beginCall(state: ChoiceState, call: Call): ChoiceStep {
  const calls = [...state.calls, call];
  const begun: WaitingCall = { ...call, input: '', scan: emptyScan };
  const { open } = state;
  if (open?.kind === 'call' && !isDone(open.call, open.scan)) {
    return { state: { ...state, calls, waiting: [...state.waiting, begun] }, out: [] };
  }
  const closed = closeAll(state);
  const step = openCall({ ...closed.state, calls }, begun);
  return { state: step.state, out: [...closed.out, ...step.out] };
}

/** Undefined: the call is over, and its arguments cannot be added to any more. */
export function addInput(state: ChoiceState, call: Call, text: string): ChoiceStep | undefined {
  const { open, index: choice } = state;
  if (open?.kind === 'call' && isSame(open.call, call)) {
    const scan = call.isFreeText ? open.scan : scanJson(open.scan, text);
    const step = advance({ ...state, open: { ...open, scan } });
    return { state: step.state, out: [{ type: 'delta', choice, text }, ...step.out] };
  }
  const place = state.waiting.findIndex((waiting) => isSame(waiting, call));
  const found = state.waiting[place];
  if (found === undefined) return text.trim() === '' ? { state, out: [] } : undefined;
  const grown = { ...found, input: found.input + text, scan: scanJson(found.scan, text) };
  return { state: { ...state, waiting: state.waiting.with(place, grown) }, out: [] };
}

export function finishChoice(state: ChoiceState, finish: Finish): ChoiceStep {
  const closed = closeAll(state);
  return {
    state: { ...closed.state, isFinished: true },
    out: [...closed.out, { type: 'finish', choice: state.index, finish }],
  };
}
