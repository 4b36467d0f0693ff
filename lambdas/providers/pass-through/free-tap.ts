import type { Usage } from '../../domain/upstream/chat-provider.ts';
import type { Tap } from './tap.ts';

export const nothingUsed: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  audioInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  audioOutputTokens: 0,
};

/** Of what no provider charges for. */
export const freeTap: Tap = {
  readEvent: (_event, known) => known,
  isForUsageAlone: () => false,
  readWhole: () => nothingUsed,
};
