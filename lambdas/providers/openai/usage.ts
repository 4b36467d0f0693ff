import * as z from 'zod/mini';
import type { Usage } from '../../domain/upstream/chat-provider.ts';

/** No request has ever had as many: whoever reports more reports nonsense, which nobody is charged for. */
const mostTokens = 1_000_000_000;

const count = z.int().check(z.gte(0), z.lte(mostTokens));
/** A detail is a detail: absent or absurd, it is 0, and never a failed request. */
const detail = z.catch(z.nullish(count), null);

// The two totals must be there and sane, or the usage is not known, which is something else than none.
const usageSchema = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: detail,
  prompt_tokens_details: z.catch(
    z.nullish(z.object({ cached_tokens: detail, cache_write_tokens: detail, audio_tokens: detail })),
    null,
  ),
  completion_tokens_details: z.catch(z.nullish(z.object({ reasoning_tokens: detail, audio_tokens: detail })), null),
});

const withUsage = z.object({ usage: usageSchema });

/** Reads `usage` of a chat completion or of a chunk; undefined where there is none that makes sense. */
export function readUsage(completion: unknown): Usage | undefined {
  const parsed = z.safeParse(withUsage, completion);
  if (!parsed.success) return undefined;
  const { usage } = parsed.data;
  const input = usage.prompt_tokens_details;
  const output = usage.completion_tokens_details;
  const reasoningTokens = output?.reasoning_tokens ?? 0;
  // xAI counts reasoning beside the completion, the others as part of it; the total tells which it was.
  const isApart = usage.total_tokens === usage.prompt_tokens + usage.completion_tokens + reasoningTokens;
  return {
    inputTokens: usage.prompt_tokens,
    cachedInputTokens: input?.cached_tokens ?? 0,
    cacheWriteTokens: input?.cache_write_tokens ?? 0,
    audioInputTokens: input?.audio_tokens ?? 0,
    outputTokens: usage.completion_tokens + (isApart ? reasoningTokens : 0),
    reasoningTokens,
    audioOutputTokens: output?.audio_tokens ?? 0,
  };
}
