import * as z from 'zod/mini';
import { accept, type Outcome } from '../errors.ts';
import { parseInput } from '../parse-input.ts';
import type { Outline } from './outline.ts';

const moderationRequest = z.looseObject({
  model: z.nullish(z.string()),
  input: z.union([
    z.string(),
    z.array(z.union([z.string(), z.looseObject({ type: z.string() })])).check(z.minLength(1)),
  ]),
});

/** OpenAI's own, where the client names none. */
const usualModel = 'omni-moderation-latest';

/** Names the first field at fault. */
export function readModerationRequest(value: object): Outcome<Outline> {
  const parsed = parseInput(moderationRequest, value);
  if (!parsed.ok) return parsed;
  const model = parsed.value.model || usualModel;
  // Where images are taken nothing is charged for them.
  const output = { choices: 0, limits: {} };
  return accept({ model, isStreamed: false, wantsUsage: true, media: [], tools: 0, output });
}
