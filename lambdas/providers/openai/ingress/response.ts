import type { AnswerContext, EncodedResponse } from '../../../domain/conversation/codec.ts';
import type { Generation, GenerationHead, TokenLogprob } from '../../../domain/conversation/generation.ts';
import { writeFinishReason } from '../finish-reason.ts';
import { writeUsage } from '../usage.ts';
import { writeMessage } from './message.ts';

export function writeHead(head: GenerationHead, context: AnswerContext, object: string) {
  return {
    id: head.id ?? `chatcmpl-${context.id}`,
    object,
    created: head.created ?? context.created,
    model: head.model ?? context.model,
    service_tier: head.serviceTier,
    system_fingerprint: head.fingerprint,
  };
}

const toLogprob = ({ token, logprob, bytes }: Omit<TokenLogprob, 'top'>) => ({ token, logprob, bytes });

export function writeLogprobs(logprobs: readonly TokenLogprob[] | undefined): object | null {
  if (logprobs === undefined) return null;
  const content = logprobs.map((entry) => ({ ...toLogprob(entry), top_logprobs: entry.top.map(toLogprob) }));
  return { content, refusal: null };
}

/** OpenAI's chat completion object. */
export function encodeResponse(generation: Generation, context: AnswerContext): EncodedResponse {
  const dropped = new Set<string>();
  const choices = generation.choices.map(({ index, parts, finish, logprobs }) => {
    const written = writeMessage(parts, finish.explanation);
    for (const name of written.dropped) dropped.add(name);
    return {
      index,
      message: written.message,
      logprobs: writeLogprobs(logprobs),
      finish_reason: writeFinishReason(finish.reason),
    };
  });
  const usage = generation.usage && writeUsage(generation.usage);
  return { body: { ...writeHead(generation, context, 'chat.completion'), choices, usage }, dropped: [...dropped] };
}
