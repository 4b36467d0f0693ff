import type { Choice, Finish, Generation, GenerationHead, TokenLogprob } from './generation.ts';
import type { GenerationEvent, PartHead } from './generation-event.ts';
import type { Citation, OutputPart, Seal } from './parts.ts';

interface OpenPart {
  readonly head: PartHead;
  readonly text: string;
  readonly seal?: Seal | undefined;
  readonly citations: readonly Citation[];
}

/** Linked, as an answer of thousands of tokens adds to it once for each. */
interface LinkedLogprobs {
  readonly before: LinkedLogprobs | undefined;
  readonly added: readonly TokenLogprob[];
}

function flatten(last: LinkedLogprobs | undefined): TokenLogprob[] {
  const lists: (readonly TokenLogprob[])[] = [];
  for (let link = last; link !== undefined; link = link.before) lists.push(link.added);
  return lists.reverse().flat();
}

interface CollectedChoice {
  readonly index: number;
  readonly parts: readonly OutputPart[];
  readonly open: OpenPart | undefined;
  readonly logprobs: LinkedLogprobs | undefined;
  readonly finish: Finish;
}

/** What a stream has said so far. */
export interface Collected {
  readonly head: GenerationHead;
  readonly choices: readonly CollectedChoice[];
  readonly usage?: Generation['usage'];
}

export const nothingCollected: Collected = { head: {}, choices: [] };

function close({ head, text, seal, citations }: OpenPart): OutputPart {
  switch (head.type) {
    case 'text':
      return { type: 'text', text, ...(citations.length > 0 && { citations }) };
    case 'reasoning':
      return { type: 'reasoning', text, ...(seal && { seal }) };
    case 'refusal':
      return { type: 'refusal', text };
    case 'tool_call':
      return { ...head, input: text };
  }
}

type ChoiceEvent = Extract<GenerationEvent, { readonly choice: number }>;

function collectChoice(choice: CollectedChoice, event: ChoiceEvent): CollectedChoice {
  const { open, parts } = choice;
  switch (event.type) {
    case 'begin':
      return { ...choice, open: { head: event.part, text: '', citations: [] } };
    case 'delta':
      return {
        ...choice,
        open: open && { ...open, text: open.text + event.text },
        logprobs: event.logprobs ? { before: choice.logprobs, added: event.logprobs } : choice.logprobs,
      };
    case 'seal':
      return { ...choice, open: open && { ...open, seal: event.seal } };
    case 'citation':
      return { ...choice, open: open && { ...open, citations: [...open.citations, event.citation] } };
    case 'end':
      return { ...choice, open: undefined, parts: open ? [...parts, close(open)] : parts };
    case 'whole':
      return { ...choice, parts: [...parts, event.part] };
    case 'finish':
      return { ...choice, finish: event.finish };
  }
}

function newChoice(index: number): CollectedChoice {
  return { index, parts: [], open: undefined, logprobs: undefined, finish: { reason: 'other' } };
}

/** Adds what an event says. */
export function collect(collected: Collected, event: GenerationEvent): Collected {
  if (event.type === 'start') return { ...collected, head: event.head };
  if (event.type === 'usage') return { ...collected, usage: event.usage };
  if (event.type === 'error') return collected;
  const place = collected.choices.findIndex(({ index }) => index === event.choice);
  const grown = collectChoice(collected.choices[place] ?? newChoice(event.choice), event);
  const choices = place === -1 ? [...collected.choices, grown] : collected.choices.with(place, grown);
  return { ...collected, choices };
}

function toChoice({ index, parts, open, logprobs, finish }: CollectedChoice): Choice {
  return {
    index,
    parts: open ? [...parts, close(open)] : parts,
    finish,
    ...(logprobs && { logprobs: flatten(logprobs) }),
  };
}

/** The answer as a whole. */
export function toGeneration({ head, choices, usage }: Collected): Generation {
  return { ...head, choices: choices.map(toChoice), ...(usage && { usage }) };
}
