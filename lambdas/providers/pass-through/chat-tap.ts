import * as z from 'zod/mini';
import { readUsage } from '../openai/usage.ts';
import type { Tap } from './tap.ts';

const finishedChoice = z.object({ finish_reason: z.string() });

/** `choices: []` and a usage, sensible or not: the chunk that exists for the usage alone. */
function isUsageChunk(chunk: unknown): boolean {
  if (typeof chunk !== 'object' || chunk === null || !('choices' in chunk) || !('usage' in chunk)) return false;
  return Array.isArray(chunk.choices) && chunk.choices.length === 0;
}

/** Nothing more is to come: the usage chunk, or one in which every choice ends. */
function endsAnswer(chunk: unknown): boolean {
  if (typeof chunk !== 'object' || chunk === null || !('choices' in chunk) || !Array.isArray(chunk.choices))
    return false;
  return chunk.choices.every((choice: unknown) => finishedChoice.safeParse(choice).success);
}

export const chatTap: Tap = {
  readEvent(chunk, known) {
    const usage = readUsage(chunk);
    return usage === undefined ? known : { usage, isFinal: endsAnswer(chunk) };
  },
  isForUsageAlone: isUsageChunk,
  readWhole: readUsage,
};
