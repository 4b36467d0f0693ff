import * as z from 'zod/mini';
import type { Usage } from '../../domain/upstream/chat-provider.ts';

/** No request has ever had as many: whoever reports more reports nonsense, which nobody is charged for. */
const mostTokens = 1_000_000_000;

const count = z.int().check(z.gte(0), z.lte(mostTokens));
const detail = z.catch(z.nullish(count), null);
const details = z.catch(z.nullish(z.array(z.object({ modality: z.string(), tokenCount: detail }))), null);

const usageSchema = z.object({
  promptTokenCount: count,
  candidatesTokenCount: detail,
  thoughtsTokenCount: detail,
  toolUsePromptTokenCount: detail,
  cachedContentTokenCount: detail,
  promptTokensDetails: details,
  candidatesTokensDetails: details,
});

const withUsage = z.object({ usageMetadata: usageSchema });

function ofModality(counts: z.infer<typeof details>, modality: string): number {
  return (counts ?? []).reduce((sum, each) => sum + (each.modality === modality ? (each.tokenCount ?? 0) : 0), 0);
}

/** Reads `usageMetadata`; undefined where there is none that makes sense. */
export function readUsage(response: unknown): Usage | undefined {
  const { data } = z.safeParse(withUsage, response);
  if (data === undefined) return undefined;
  const { usageMetadata: usage } = data;
  const thoughts = usage.thoughtsTokenCount ?? 0;
  const imagesIn = ofModality(usage.promptTokensDetails, 'IMAGE');
  const imagesOut = ofModality(usage.candidatesTokensDetails, 'IMAGE');
  return {
    // What the provider's own tools put before the model is counted, and charged, as input.
    inputTokens: usage.promptTokenCount + (usage.toolUsePromptTokenCount ?? 0),
    cachedInputTokens: usage.cachedContentTokenCount ?? 0,
    cacheWriteTokens: 0,
    audioInputTokens: ofModality(usage.promptTokensDetails, 'AUDIO'),
    ...(imagesIn > 0 && { imageInputTokens: imagesIn }),
    // Thoughts stand beside the answer.
    outputTokens: (usage.candidatesTokenCount ?? 0) + thoughts,
    reasoningTokens: thoughts,
    audioOutputTokens: ofModality(usage.candidatesTokensDetails, 'AUDIO'),
    ...(imagesOut > 0 && { imageOutputTokens: imagesOut }),
  };
}
