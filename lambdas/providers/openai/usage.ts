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
    z.nullish(
      z.object({ cached_tokens: detail, cache_write_tokens: detail, audio_tokens: detail, image_tokens: detail }),
    ),
    null,
  ),
  completion_tokens_details: z.catch(
    z.nullish(z.object({ reasoning_tokens: detail, audio_tokens: detail, image_tokens: detail })),
    null,
  ),
  // DeepSeek's, Moonshot's and Mistral's word for what OpenAI has in its details.
  prompt_cache_hit_tokens: detail,
  cached_tokens: detail,
  num_cached_tokens: detail,
});
type WireUsage = z.infer<typeof usageSchema>;

const withUsage = z.object({ usage: usageSchema });

function cachedTokens(usage: WireUsage): number {
  const { prompt_tokens_details: input, prompt_cache_hit_tokens: hit, cached_tokens: cached } = usage;
  return input?.cached_tokens ?? hit ?? cached ?? usage.num_cached_tokens ?? 0;
}

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
    cachedInputTokens: cachedTokens(usage),
    cacheWriteTokens: input?.cache_write_tokens ?? 0,
    audioInputTokens: input?.audio_tokens ?? 0,
    ...(input?.image_tokens && { imageInputTokens: input.image_tokens }),
    outputTokens: usage.completion_tokens + (isApart ? reasoningTokens : 0),
    reasoningTokens,
    audioOutputTokens: output?.audio_tokens ?? 0,
    ...(output?.image_tokens && { imageOutputTokens: output.image_tokens }),
  };
}

/** For a client of this dialect. */
export function writeUsage(usage: Usage): object {
  const { inputTokens, outputTokens } = usage;
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteTokens,
      audio_tokens: usage.audioInputTokens,
      image_tokens: usage.imageInputTokens,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: usage.audioOutputTokens,
      image_tokens: usage.imageOutputTokens,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
