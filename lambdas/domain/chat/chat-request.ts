import * as z from 'zod/mini';
import { type Outcome, refuse } from '../errors.ts';
import { parseInput } from '../parse-input.ts';

// What the gateway itself must understand of a chat completion, and the types that every provider agrees on, so that a
// mistake is named here instead of costing a round trip. All else passes through untouched: a field that is new today
// works today. `null` is accepted wherever OpenAI accepts it.

const count = z.nullish(z.int().check(z.gte(1)));
const ratio = z.nullish(z.number());

/** Absent, it is the commonest one: Mistral's own clients name no type of a tool. */
const typed = z.looseObject({ type: z.nullish(z.string()) });

const message = z.looseObject({
  role: z.string().check(z.minLength(1)),
  content: z.nullish(z.union([z.string(), z.array(typed)])),
});

const chatRequest = z.looseObject({
  model: z.string(),
  messages: z.array(message).check(z.minLength(1)),
  stream: z.nullish(z.boolean()),
  stream_options: z.nullish(z.looseObject({ include_usage: z.nullish(z.boolean()) })),
  max_tokens: count,
  max_completion_tokens: count,
  n: count,
  temperature: ratio,
  top_p: ratio,
  frequency_penalty: ratio,
  presence_penalty: ratio,
  stop: z.nullish(z.union([z.string(), z.array(z.string())])),
  tools: z.nullish(z.array(typed)),
  tool_choice: z.nullish(z.union([z.string(), typed])),
  response_format: z.nullish(typed),
});
export type ChatRequest = z.infer<typeof chatRequest>;

/** Names the first field at fault. */
export function parseChatRequest(value: unknown): Outcome<ChatRequest> {
  const hasModel = typeof value === 'object' && value !== null && 'model' in value;
  if (!hasModel || value.model === null || value.model === '') {
    return refuse('missing_model', 'You must provide a model parameter.', 'model');
  }
  return parseInput(chatRequest, value);
}
