import * as z from 'zod/mini';
import type { DecodeContext, Decoded } from '../../domain/conversation/codec.ts';
import type { FinishReason } from '../../domain/conversation/generation.ts';
import { GatewayFault } from '../../domain/errors.ts';
import { readJson } from '../../domain/json/read-json.ts';
import { readBlock, wireBlock } from './blocks.ts';
import { readUsage } from './usage.ts';

const reasons: ReadonlyMap<unknown, FinishReason> = new Map<unknown, FinishReason>([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop_sequence'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'context_window'],
  ['tool_use', 'tool_calls'],
  ['content_filtered', 'content_filter'],
  ['guardrail_intervened', 'content_filter'],
  ['refusal', 'refusal'],
  ['malformed_model_output', 'malformed'],
  ['malformed_tool_use', 'malformed'],
]);

/** One that is new is some other reason, and never a failure. */
export function readStopReason(word: unknown): FinishReason {
  return reasons.get(word) ?? 'other';
}

const response = z.object({
  output: z.object({ message: z.object({ content: z.array(wireBlock) }) }),
  stopReason: z.catch(z.nullish(z.string()), null),
});

export function decodeResponse(body: Uint8Array, { target }: DecodeContext): Decoded {
  const value = readJson(body);
  const { data } = z.safeParse(response, value);
  if (data === undefined) throw new GatewayFault('upstream_error');
  const parts = data.output.message.content.flatMap(readBlock);
  const choice = { index: 0, parts, finish: { reason: readStopReason(data.stopReason) } };
  return { ok: true, generation: { model: target.model, choices: [choice], usage: readUsage(value) } };
}
