import type { FinishReason } from '../../domain/conversation/generation.ts';

const read: ReadonlyMap<unknown, FinishReason> = new Map<unknown, FinishReason>([
  ['stop', 'stop'],
  ['eos', 'stop'],
  ['length', 'length'],
  ['model_length', 'context_window'],
  ['tool_calls', 'tool_calls'],
  ['function_call', 'tool_calls'],
  ['content_filter', 'content_filter'],
  ['sensitive', 'content_filter'],
]);

/** One that is new is some other reason, and never a failure. */
export function readFinishReason(word: unknown): FinishReason {
  return read.get(word) ?? 'other';
}

const written: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  context_window: 'length',
  tool_calls: 'tool_calls',
  content_filter: 'content_filter',
  refusal: 'content_filter',
  pause: 'stop',
  malformed: 'stop',
  other: 'stop',
};

export function writeFinishReason(reason: FinishReason): string {
  return written[reason];
}
