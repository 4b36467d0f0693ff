import * as z from 'zod/mini';
import { accept, type Outcome, refuse } from '../errors.ts';

// What the gateway itself must understand of a chat completion, and the types that every provider agrees on, so that a
// mistake is named here instead of costing a round trip. All else passes through untouched: a field that is new today
// works today. `null` is accepted wherever OpenAI accepts it.

const count = z.nullish(z.int().check(z.gte(1)));
const ratio = z.nullish(z.number());

const message = z.looseObject({
  role: z.string().check(z.minLength(1)),
  content: z.nullish(z.union([z.string(), z.array(z.looseObject({ type: z.string() }))])),
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
  tools: z.nullish(z.array(z.looseObject({ type: z.string() }))),
  tool_choice: z.nullish(z.union([z.string(), z.looseObject({ type: z.string() })])),
  response_format: z.nullish(z.looseObject({ type: z.string() })),
});
export type ChatRequest = z.infer<typeof chatRequest>;

/** `messages[0].role`, as OpenAI writes the place of a fault. */
function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}

const expectations: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'a boolean',
  array: 'an array',
  object: 'an object',
};

/** The issue's own words would name zod's types, and could hold what the client sent; these hold neither. */
function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small')
    return issue.origin === 'array' ? 'must not be empty' : `must be at least ${issue.minimum}`;
  if (issue.code === 'invalid_type') return `must be ${expectations[issue.expected] ?? `of type ${issue.expected}`}`;
  return 'has the wrong type';
}

export function parseChatRequest(value: unknown): Outcome<ChatRequest> {
  const hasModel = typeof value === 'object' && value !== null && 'model' in value;
  if (!hasModel || value.model === null || value.model === '') {
    return refuse('missing_model', 'You must provide a model parameter.', 'model');
  }
  const parsed = z.safeParse(chatRequest, value);
  if (parsed.success) return accept(parsed.data);
  const [issue] = parsed.error.issues;
  if (issue === undefined) return refuse('invalid_request', 'The request is not valid.');
  const param = formatPath(issue.path);
  return refuse('invalid_request', `Invalid value: '${param}' ${describeIssue(issue)}.`, param);
}
