import * as z from 'zod/mini';
import type { Usage } from '../../domain/upstream/chat-provider.ts';

/** No request has ever had as many: whoever reports more reports nonsense, which nobody is charged for. */
const mostTokens = 1_000_000_000;

const count = z.int().check(z.gte(0), z.lte(mostTokens));
const detail = z.catch(z.nullish(count), null);

const usageSchema = z.object({
  input_tokens: count,
  output_tokens: count,
  input_tokens_details: z.catch(
    z.nullish(
      z.object({ cached_tokens: detail, cache_write_tokens: detail, audio_tokens: detail, image_tokens: detail }),
    ),
    null,
  ),
  output_tokens_details: z.catch(z.nullish(z.object({ reasoning_tokens: detail, image_tokens: detail })), null),
});

const withUsage = z.object({ usage: usageSchema });

/** Of a response; undefined where there is none that makes sense. */
export function readUsage(response: unknown): Usage | undefined {
  const { data } = z.safeParse(withUsage, response);
  if (data === undefined) return undefined;
  const { input_tokens, output_tokens, input_tokens_details: input, output_tokens_details: output } = data.usage;
  return {
    inputTokens: input_tokens,
    cachedInputTokens: input?.cached_tokens ?? 0,
    cacheWriteTokens: input?.cache_write_tokens ?? 0,
    audioInputTokens: input?.audio_tokens ?? 0,
    ...(input?.image_tokens && { imageInputTokens: input.image_tokens }),
    outputTokens: output_tokens,
    reasoningTokens: output?.reasoning_tokens ?? 0,
    audioOutputTokens: 0,
    ...(output?.image_tokens && { imageOutputTokens: output.image_tokens }),
  };
}

/** For a client of this dialect. */
export function writeUsage(usage: Usage): object {
  const { inputTokens, outputTokens } = usage;
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: usage.cachedInputTokens, cache_write_tokens: usage.cacheWriteTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: inputTokens + outputTokens,
  };
}
