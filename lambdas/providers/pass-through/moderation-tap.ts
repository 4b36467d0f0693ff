import { embeddingTap } from './embedding-tap.ts';
import { freeTap, nothingUsed } from './free-tap.ts';
import type { Tap } from './tap.ts';

/** OpenAI tells no usage, as it charges for none; others tell it as they do of embeddings. */
export const moderationTap: Tap = {
  ...freeTap,
  readWhole: (answer) => embeddingTap.readWhole(answer) ?? nothingUsed,
};
