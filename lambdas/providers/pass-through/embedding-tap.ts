import * as z from 'zod/mini';
import type { Usage } from '../../domain/upstream/chat-provider.ts';
import { freeTap, nothingUsed } from './free-tap.ts';
import type { Tap } from './tap.ts';

/** No request has ever had as many: whoever reports more reports nonsense, which nobody is charged for. */
const mostTokens = 1_000_000_000;

const count = z.int().check(z.gte(0), z.lte(mostTokens));
const told = z.object({ usage: z.union([z.object({ prompt_tokens: count }), z.object({ total_tokens: count })]) });

function readUsage(answer: unknown): Usage | undefined {
  const usage = z.safeParse(told, answer).data?.usage;
  if (usage === undefined) return undefined;
  return { ...nothingUsed, inputTokens: 'prompt_tokens' in usage ? usage.prompt_tokens : usage.total_tokens };
}

export const embeddingTap: Tap = { ...freeTap, readWhole: readUsage };
