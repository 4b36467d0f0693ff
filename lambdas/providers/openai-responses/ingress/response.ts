import type { AnswerContext, EncodedResponse } from '../../../domain/conversation/codec.ts';
import type { Finish, Generation, GenerationHead } from '../../../domain/conversation/generation.ts';
import type { OutputPart } from '../../../domain/conversation/parts.ts';
import { writeUsage } from '../usage.ts';
import { nameItem, writeItem, writeLogprobs } from './output.ts';

interface End {
  readonly status: string;
  readonly incomplete_details: { readonly reason: string } | null;
}

export const inProgress: End = { status: 'in_progress', incomplete_details: null };

function endOf({ reason }: Finish): End {
  if (reason === 'length' || reason === 'context_window') {
    return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
  }
  if (reason === 'content_filter' || reason === 'refusal') {
    return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
  }
  return { status: 'completed', incomplete_details: null };
}

export function idOf(head: GenerationHead, context: AnswerContext): string {
  return head.id ?? `resp_${context.id}`;
}

/** All that a response object has beside what was said. The official SDKs rely on its members being there. */
export function writeHead(head: GenerationHead, context: AnswerContext, end: End): object {
  const { request } = context;
  return {
    id: idOf(head, context),
    object: 'response',
    created_at: head.created ?? context.created,
    ...end,
    error: null,
    instructions: null,
    max_output_tokens: request.maxOutputTokens ?? null,
    metadata: request.metadata ?? {},
    model: head.model ?? context.model,
    parallel_tool_calls: request.isParallel ?? true,
    previous_response_id: null,
    reasoning: { effort: request.reasoning?.effort ?? null, summary: request.reasoning?.summary ?? null },
    service_tier: head.serviceTier,
    store: false,
    temperature: request.temperature ?? null,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: request.topP ?? null,
    truncation: 'disabled',
    user: request.user ?? null,
  };
}

/** OpenAI's response object. It has room for one choice. */
export function encodeResponse(generation: Generation, context: AnswerContext): EncodedResponse {
  const [choice, ...others] = generation.choices;
  const id = idOf(generation, context);
  const dropped = new Set<string>(others.length > 0 ? ['choices'] : []);
  const logprobs = writeLogprobs(choice?.logprobs);
  const parts: readonly OutputPart[] = choice?.parts ?? [];
  const lastText = parts.findLast(({ type }) => type === 'text');
  const output: object[] = [];
  for (const part of parts) {
    const item = writeItem(part, nameItem(id, part.type, output.length), part === lastText ? logprobs : []);
    if (item !== undefined) output.push(item);
    else dropped.add(part.type === 'native' ? part.name : part.type);
  }
  const usage = generation.usage && writeUsage(generation.usage);
  const end = endOf(choice?.finish ?? { reason: 'other' });
  return { body: { ...writeHead(generation, context, end), output, usage }, dropped: [...dropped] };
}
