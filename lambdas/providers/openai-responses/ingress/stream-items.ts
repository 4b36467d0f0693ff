import type { TokenLogprob } from '../../../domain/conversation/generation.ts';
import type { GenerationEvent, PartHead } from '../../../domain/conversation/generation-event.ts';
import type { Citation, Seal } from '../../../domain/conversation/parts.ts';
import {
  nameItem,
  writeAnnotation,
  writeCall,
  writeItem,
  writeLogprobs,
  writeMessage,
  writeReasoning,
  writeText,
} from './output.ts';

// One item of a streamed response after another: how it begins, grows and ends.

interface OpenItem {
  readonly head: PartHead;
  readonly id: string;
  readonly text: string;
  readonly seal: Seal | undefined;
  readonly annotations: readonly object[];
}

/** Where the answer has come to. */
export interface Place {
  /** Of the next item. */
  readonly index: number;
  readonly open: OpenItem | undefined;
}

/** An event without its number. */
export type Told = readonly [type: string, members: object];

export interface Taken {
  readonly place: Place;
  readonly told: readonly Told[];
}

export const firstPlace: Place = { index: 0, open: undefined };

function contentOf({ head, text, annotations }: OpenItem): object {
  return head.type === 'refusal' ? { type: 'refusal', refusal: text } : writeText(text, annotations, []);
}

function itemOf(open: OpenItem, status: string): object {
  const { head, id, text, seal } = open;
  switch (head.type) {
    case 'text':
    case 'refusal':
      return writeMessage(id, status, status === 'completed' ? [contentOf(open)] : []);
    case 'reasoning':
      return writeReasoning(id, text, seal);
    case 'tool_call':
      return writeCall(id, status, { ...head, input: text });
  }
}

const within = ({ index, open }: Place) => ({ item_id: open?.id, output_index: index });

export function beginItem({ index }: Place, head: PartHead, answerId: string): Taken {
  const open: OpenItem = { head, id: nameItem(answerId, head.type, index), text: '', seal: undefined, annotations: [] };
  const place = { index, open };
  const added: Told = ['response.output_item.added', { output_index: index, item: itemOf(open, 'in_progress') }];
  if (head.type === 'tool_call' || head.type === 'reasoning') return { place, told: [added] };
  const part: Told = ['response.content_part.added', { ...within(place), content_index: 0, part: contentOf(open) }];
  return { place, told: [added, part] };
}

function tellDelta(place: Place, { head, text }: OpenItem, delta: string, logprobs: readonly object[]): Told[] {
  const at = within(place);
  switch (head.type) {
    case 'tool_call': {
      const kind = head.isFreeText === true ? 'custom_tool_call_input' : 'function_call_arguments';
      return [[`response.${kind}.delta`, { ...at, delta }]];
    }
    case 'reasoning': {
      const part = { type: 'summary_text', text: '' };
      const added: Told = ['response.reasoning_summary_part.added', { ...at, summary_index: 0, part }];
      const said: Told = ['response.reasoning_summary_text.delta', { ...at, summary_index: 0, delta }];
      return text === '' ? [added, said] : [said];
    }
    case 'text':
      return [['response.output_text.delta', { ...at, content_index: 0, delta, logprobs }]];
    case 'refusal':
      return [['response.refusal.delta', { ...at, content_index: 0, delta }]];
  }
}

export function addText(place: Place, delta: string, logprobs: readonly TokenLogprob[] | undefined): Taken {
  const { open } = place;
  if (open === undefined) return { place, told: [] };
  return {
    place: { ...place, open: { ...open, text: open.text + delta } },
    told: tellDelta(place, open, delta, writeLogprobs(logprobs)),
  };
}

export function addSeal(place: Place, seal: Seal): Taken {
  return { place: { ...place, open: place.open && { ...place.open, seal } }, told: [] };
}

export function addCitation(place: Place, citation: Citation): Taken {
  const { open } = place;
  const annotation = open && writeAnnotation(citation, open.text.length);
  if (open === undefined || annotation === undefined) return { place, told: [] };
  const index = { content_index: 0, annotation_index: open.annotations.length };
  return {
    place: { ...place, open: { ...open, annotations: [...open.annotations, annotation] } },
    told: [['response.output_text.annotation.added', { ...within(place), ...index, annotation }]],
  };
}

function tellDone(place: Place, open: OpenItem): Told[] {
  const { head, text } = open;
  const at = within(place);
  switch (head.type) {
    case 'tool_call':
      return head.isFreeText === true
        ? [['response.custom_tool_call_input.done', { ...at, input: text }]]
        : [['response.function_call_arguments.done', { ...at, name: head.name, arguments: text }]];
    case 'reasoning': {
      if (text === '') return [];
      const part = { type: 'summary_text', text };
      return [
        ['response.reasoning_summary_text.done', { ...at, summary_index: 0, text }],
        ['response.reasoning_summary_part.done', { ...at, summary_index: 0, part }],
      ];
    }
    case 'text':
    case 'refusal': {
      const [type, said] =
        head.type === 'text' ? ['output_text', { text, logprobs: [] }] : ['refusal', { refusal: text }];
      return [
        [`response.${type}.done`, { ...at, content_index: 0, ...said }],
        ['response.content_part.done', { ...at, content_index: 0, part: contentOf(open) }],
      ];
    }
  }
}

export function endItem(place: Place): Taken {
  const { open, index } = place;
  if (open === undefined) return { place, told: [] };
  const done: Told = ['response.output_item.done', { output_index: index, item: itemOf(open, 'completed') }];
  return { place: { open: undefined, index: index + 1 }, told: [...tellDone(place, open), done] };
}

type Whole = Extract<GenerationEvent, { type: 'whole' }>['part'];

/** Undefined: this dialect has no word for it. */
export function addWhole({ index }: Place, part: Whole, answerId: string): Taken | undefined {
  const item = writeItem(part, nameItem(answerId, part.type, index), []);
  if (item === undefined) return undefined;
  const at = { output_index: index, item };
  return {
    place: { open: undefined, index: index + 1 },
    told: [
      ['response.output_item.added', at],
      ['response.output_item.done', at],
    ],
  };
}
