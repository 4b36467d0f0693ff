import type { AnswerContext, EncodedResponse } from '../../../domain/conversation/codec.ts';
import type { Finish, Generation, GenerationHead } from '../../../domain/conversation/generation.ts';
import type { OutputPart, Seal } from '../../../domain/conversation/parts.ts';
import { packSeal } from '../../../domain/conversation/seals.ts';
import { readToolInput } from '../../../domain/conversation/tool-input.ts';
import type { Usage } from '../../../domain/upstream/chat-provider.ts';
import { writeCitation } from '../citations.ts';
import { writeStopReason } from '../stop-reason.ts';
import { writeUsage } from '../usage.ts';

/** Redacted, where Anthropic itself did so; another's secret travels as the signature of what may be said of it. */
export function writeThinking(text: string, seal: Seal | undefined): object {
  if (seal?.origin === 'anthropic' && seal.kind === 'encrypted') {
    return { type: 'redacted_thinking', data: packSeal(seal, 'anthropic') };
  }
  return { type: 'thinking', thinking: text, signature: seal === undefined ? '' : packSeal(seal, 'anthropic') };
}

function writeBlock(part: OutputPart): object[] {
  switch (part.type) {
    case 'text': {
      const citations = part.citations?.map(writeCitation);
      return [{ type: 'text', text: part.text, ...(citations?.length && { citations }) }];
    }
    case 'refusal':
      return [{ type: 'text', text: part.text }];
    case 'reasoning':
      return [writeThinking(part.text, part.seal)];
    case 'tool_call': {
      // Every tool takes an object here: free text is its one member.
      const input = part.isFreeText === true ? { input: part.input } : readToolInput(part.input).input;
      return [{ type: 'tool_use', id: part.id, name: part.name, input }];
    }
    case 'native':
      return part.dialect === 'anthropic' && typeof part.value === 'object' && part.value !== null ? [part.value] : [];
    case 'image':
      return [];
  }
}

function nameLost(part: OutputPart): string[] {
  if (part.type === 'image') return ['image'];
  return part.type === 'native' && part.dialect !== 'anthropic' ? [part.name] : [];
}

export function writeHead(head: GenerationHead, context: AnswerContext) {
  return {
    id: head.id ?? `msg_${context.id}`,
    type: 'message',
    role: 'assistant',
    model: head.model ?? context.model,
  };
}

export function writeStop({ reason, stopSequence, explanation }: Finish, isRefused = false): object {
  return {
    stop_reason: isRefused ? 'refusal' : writeStopReason(reason),
    stop_sequence: stopSequence ?? null,
    ...(explanation !== undefined && { stop_details: { type: 'refusal', category: null, explanation } }),
  };
}

export function writeTieredUsage(usage: Usage | undefined, serviceTier: string | undefined): object {
  return { ...writeUsage(usage), ...(serviceTier !== undefined && { service_tier: serviceTier }) };
}

/** Anthropic's message object. It has room for one choice. */
export function encodeResponse(generation: Generation, context: AnswerContext): EncodedResponse {
  const [choice, ...others] = generation.choices;
  const parts = choice?.parts ?? [];
  const isRefused = parts.some(({ type }) => type === 'refusal');
  return {
    body: {
      ...writeHead(generation, context),
      content: parts.flatMap(writeBlock),
      ...writeStop(choice?.finish ?? { reason: 'other' }, isRefused),
      usage: writeTieredUsage(generation.usage, generation.serviceTier),
    },
    dropped: [...new Set([...parts.flatMap(nameLost), ...(others.length > 0 ? ['choices'] : [])])],
  };
}
