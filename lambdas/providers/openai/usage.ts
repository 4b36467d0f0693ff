import * as z from 'zod/mini';
import type { Usage } from '../../domain/upstream/chat-provider.ts';

const tokens = z.catch(z.nullish(z.int().check(z.gte(0))), null);

// Minimal and forgiving, as a provider's answer is: what is absent or absurd is 0 here, never a failed request.
const usageSchema = z.object({
  prompt_tokens: tokens,
  completion_tokens: tokens,
  prompt_tokens_details: z.catch(z.nullish(z.object({ cached_tokens: tokens })), null),
  completion_tokens_details: z.catch(z.nullish(z.object({ reasoning_tokens: tokens })), null),
});

const withUsage = z.object({ usage: usageSchema });

/** Reads `usage` of a chat completion or of a chunk; undefined where there is none. */
export function readUsage(completion: unknown): Usage | undefined {
  const parsed = z.safeParse(withUsage, completion);
  if (!parsed.success) return undefined;
  const { prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details } = parsed.data.usage;
  return {
    inputTokens: prompt_tokens ?? 0,
    cachedInputTokens: prompt_tokens_details?.cached_tokens ?? 0,
    outputTokens: completion_tokens ?? 0,
    reasoningTokens: completion_tokens_details?.reasoning_tokens ?? 0,
  };
}
