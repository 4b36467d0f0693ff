import * as z from 'zod/mini';
import type { DecodeContext, Decoded } from '../../domain/conversation/codec.ts';
import type { Choice, FinishReason } from '../../domain/conversation/generation.ts';
import type { OutputPart, ToolCallPart } from '../../domain/conversation/parts.ts';
import { nameCall } from '../../domain/conversation/tool-call-ids.ts';
import { GatewayFault } from '../../domain/errors.ts';
import { readJson } from '../../domain/json/read-json.ts';
import { readError } from './errors.ts';
import { readFinishReason } from './finish-reason.ts';
import {
  argumentsOf,
  citationsOf,
  imagesOf,
  readLogprobs,
  reasoningOf,
  textOf,
  type WireMessage,
  type WireToolCall,
  wireLogprobs,
  wireMessage,
} from './message-parts.ts';
import { readReasoningDetails } from './reasoning-details.ts';
import { readUsage } from './usage.ts';

const text = z.catch(z.nullish(z.string()), null);
const number = z.catch(z.nullish(z.number()), null);

const completion = z.object({
  id: text,
  model: text,
  created: number,
  service_tier: text,
  system_fingerprint: text,
  choices: z
    .array(z.object({ index: number, message: wireMessage, finish_reason: text, logprobs: wireLogprobs }))
    .check(z.minLength(1)),
});
type WireChoice = z.infer<typeof completion>['choices'][number];

function readToolCall(call: WireToolCall, id: string): ToolCallPart | undefined {
  if (call.custom?.name) {
    return { type: 'tool_call', id, name: call.custom.name, input: call.custom.input ?? '', isFreeText: true };
  }
  const name = call.function?.name;
  return name ? { type: 'tool_call', id, name, input: argumentsOf(call) } : undefined;
}

function readToolCalls(message: WireMessage, context: DecodeContext): OutputPart[] {
  const calls = message.tool_calls ?? [];
  return calls.flatMap((call, index): OutputPart[] => {
    const part = readToolCall(call, call.id || nameCall(context.id, index));
    const signature = call.extra_content?.google?.thought_signature;
    if (part === undefined || !signature) return part === undefined ? [] : [part];
    return [{ type: 'reasoning', text: '', seal: { origin: 'gemini', kind: 'signature', value: signature } }, part];
  });
}

function readReasoning(message: WireMessage): OutputPart[] {
  const details = message.reasoning_details ? readReasoningDetails(message.reasoning_details) : [];
  if (details.length > 0) return details;
  const said = reasoningOf(message);
  return said ? [{ type: 'reasoning', text: said }] : [];
}

function readText(message: WireMessage): OutputPart[] {
  const said = textOf(message);
  const citations = citationsOf(message);
  if (!said) return [];
  return [{ type: 'text', text: said, ...(citations.length > 0 && { citations }) }];
}

/** With a forced tool, OpenAI says `stop`; a client that goes by it would not run the tool. */
export function reasonFor(word: unknown, hasToolCalls: boolean): FinishReason {
  const reason = readFinishReason(word);
  return reason === 'stop' && hasToolCalls ? 'tool_calls' : reason;
}

function readChoice({ index, message, finish_reason, logprobs }: WireChoice, context: DecodeContext): Choice {
  const calls = readToolCalls(message, context);
  const parts: OutputPart[] = [
    ...readReasoning(message),
    ...readText(message),
    ...(message.refusal ? [{ type: 'refusal', text: message.refusal } as const] : []),
    ...imagesOf(message),
    ...calls,
  ];
  return {
    index: index ?? 0,
    parts,
    finish: { reason: reasonFor(finish_reason, calls.length > 0) },
    logprobs: readLogprobs(logprobs),
  };
}

export function decodeResponse(body: Uint8Array, context: DecodeContext): Decoded {
  const value = readJson(body);
  const { data } = z.safeParse(completion, value);
  if (data === undefined) {
    // OpenRouter tells even a refusal with status 200.
    const error = readError(value);
    if (error === undefined) throw new GatewayFault('upstream_error');
    return { ok: false, error };
  }
  return {
    ok: true,
    generation: {
      id: data.id || undefined,
      model: data.model || undefined,
      created: data.created ?? undefined,
      serviceTier: data.service_tier ?? undefined,
      fingerprint: data.system_fingerprint ?? undefined,
      choices: data.choices.map((choice) => readChoice(choice, context)),
      usage: readUsage(value),
    },
  };
}
