import * as z from 'zod/mini';
import type { Usage } from '../../domain/upstream/chat-provider.ts';

/** No request has ever had as many: whoever reports more reports nonsense, which nobody is charged for. */
const mostTokens = 1_000_000_000;

const count = z.int().check(z.gte(0), z.lte(mostTokens));
const detail = z.catch(z.nullish(count), null);

const withUsage = z.object({
  usage: z.object({
    inputTokens: count,
    outputTokens: count,
    cacheReadInputTokens: detail,
    cacheWriteInputTokens: detail,
    cacheDetails: z.catch(z.nullish(z.array(z.object({ ttl: z.string(), inputTokens: detail }))), null),
  }),
});

/** Of an answer, or of a stream's metadata; undefined where there is none that makes sense. */
export function readUsage(response: unknown): Usage | undefined {
  const { data } = z.safeParse(withUsage, response);
  if (data === undefined) return undefined;
  const { usage } = data;
  const cached = usage.cacheReadInputTokens ?? 0;
  const written = usage.cacheWriteInputTokens ?? 0;
  const hour = (usage.cacheDetails ?? []).reduce(
    (sum, { ttl, inputTokens }) => sum + (ttl === '1h' ? (inputTokens ?? 0) : 0),
    0,
  );
  return {
    // What is read from the cache, or written to it, is counted beside the rest.
    inputTokens: usage.inputTokens + cached + written,
    cachedInputTokens: cached,
    cacheWriteTokens: written,
    ...(hour > 0 && { cacheWriteHourTokens: hour }),
    audioInputTokens: 0,
    outputTokens: usage.outputTokens,
    reasoningTokens: 0,
    audioOutputTokens: 0,
  };
}
