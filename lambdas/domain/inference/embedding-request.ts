import * as z from 'zod/mini';
import { accept, type Outcome } from '../errors.ts';
import { parseInput } from '../parse-input.ts';
import { refuseMissingModel } from './missing-model.ts';
import type { Outline } from './outline.ts';

const embeddingRequest = z.looseObject({
  model: z.string(),
  /** Text or tokens, one or many; some servers also take objects. */
  input: z.union([z.string(), z.array(z.unknown()).check(z.minLength(1))]),
  encoding_format: z.nullish(z.string()),
  dimensions: z.nullish(z.int().check(z.gte(1))),
});

/** No token has fewer bytes than one, as text or as a number. */
const noOutput = { choices: 0, limits: {} } as const;

/** Names the first field at fault. */
export function readEmbeddingRequest(value: object): Outcome<Outline> {
  const missing = refuseMissingModel(value);
  if (missing !== undefined) return missing;
  const parsed = parseInput(embeddingRequest, value);
  if (!parsed.ok) return parsed;
  const { model, input } = parsed.value;
  const at = Array.isArray(input) ? input.findIndex((part) => typeof part === 'object' && !Array.isArray(part)) : -1;
  const media = at === -1 ? [] : [{ param: `input[${at}]`, kind: 'other', inlineLength: 0 } as const];
  return accept({ model, isStreamed: false, wantsUsage: true, media, tools: 0, output: noOutput });
}
