import type { FinishReason } from '../../domain/conversation/generation.ts';

const read: ReadonlyMap<unknown, FinishReason> = new Map<unknown, FinishReason>([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop_sequence'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'context_window'],
  ['tool_use', 'tool_calls'],
  ['pause_turn', 'pause'],
  ['refusal', 'refusal'],
]);

/** One that is new is some other reason, and never a failure. */
export function readStopReason(word: unknown): FinishReason {
  return read.get(word) ?? 'other';
}

const written: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  stop_sequence: 'stop_sequence',
  length: 'max_tokens',
  context_window: 'model_context_window_exceeded',
  tool_calls: 'tool_use',
  content_filter: 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  malformed: 'end_turn',
  other: 'end_turn',
};

export function writeStopReason(reason: FinishReason): string {
  return written[reason];
}
