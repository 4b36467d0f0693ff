import type { Dialect } from './parts.ts';

/** What becomes of a field that the target's dialect has no word for: told in a header, or refused by name. */
export type Policy = 'drop' | 'refuse';

/** A client's dialect. */
export type IngressDialect = Extract<Dialect, 'openai' | 'responses' | 'anthropic'>;

interface Field {
  readonly policy: Policy;
  /** What it is called in each dialect that clients speak; left out: that dialect has no such field. */
  readonly names: { readonly [Name in IngressDialect]?: string };
}

const same = (name: string) => ({ openai: name, responses: name, anthropic: name });
const openAi = (name: string) => ({ openai: name, responses: name });

/**
 * All that a request can ask for and that some target cannot say. What changes how an answer comes about is dropped and
 * told; what changes the answer's meaning or shape, or what is in the prompt, is refused.
 */
export const fields = {
  temperature: { policy: 'drop', names: same('temperature') },
  topP: { policy: 'drop', names: same('top_p') },
  topK: { policy: 'drop', names: { openai: 'top_k', anthropic: 'top_k' } },
  frequencyPenalty: { policy: 'drop', names: { openai: 'frequency_penalty' } },
  presencePenalty: { policy: 'drop', names: { openai: 'presence_penalty' } },
  seed: { policy: 'drop', names: { openai: 'seed' } },
  logitBias: { policy: 'drop', names: { openai: 'logit_bias' } },
  stop: { policy: 'refuse', names: { openai: 'stop', anthropic: 'stop_sequences' } },
  choices: { policy: 'refuse', names: { openai: 'n' } },
  logprobs: { policy: 'refuse', names: { openai: 'logprobs', responses: 'top_logprobs' } },
  user: { policy: 'drop', names: { ...openAi('user'), anthropic: 'metadata.user_id' } },
  safetyId: { policy: 'drop', names: openAi('safety_identifier') },
  metadata: { policy: 'drop', names: openAi('metadata') },
  serviceTier: { policy: 'drop', names: same('service_tier') },
  store: { policy: 'drop', names: openAi('store') },
  cacheKey: { policy: 'drop', names: openAi('prompt_cache_key') },
  cacheMark: { policy: 'drop', names: { ...openAi('prompt_cache_breakpoint'), anthropic: 'cache_control' } },
  verbosity: { policy: 'drop', names: { openai: 'verbosity', responses: 'text.verbosity' } },
  reasoning: { policy: 'drop', names: { openai: 'reasoning_effort', responses: 'reasoning', anthropic: 'thinking' } },
  reasoningShown: { policy: 'drop', names: { responses: 'reasoning.summary', anthropic: 'thinking.display' } },
  parallel: {
    policy: 'drop',
    names: { ...openAi('parallel_tool_calls'), anthropic: 'tool_choice.disable_parallel_tool_use' },
  },
  tools: { policy: 'refuse', names: same('tools') },
  toolChoice: { policy: 'refuse', names: same('tool_choice') },
  strictTool: {
    policy: 'drop',
    names: { openai: 'tools.function.strict', responses: 'tools.strict', anthropic: 'tools.strict' },
  },
  customTool: { policy: 'refuse', names: openAi('tools') },
  nativeTool: { policy: 'refuse', names: same('tools') },
  json: { policy: 'refuse', names: { openai: 'response_format', responses: 'text.format' } },
  schema: {
    policy: 'refuse',
    names: { openai: 'response_format', responses: 'text.format', anthropic: 'output_config.format' },
  },
  schemaDescription: {
    policy: 'drop',
    names: { openai: 'response_format.json_schema.description', responses: 'text.format.description' },
  },
  messageName: { policy: 'drop', names: { openai: 'messages.name' } },
  phase: { policy: 'drop', names: { responses: 'input.phase' } },
  systemPlace: {
    policy: 'drop',
    names: { openai: 'messages.role', responses: 'input.role', anthropic: 'messages.role' },
  },
  prefill: { policy: 'refuse', names: { anthropic: 'messages' } },
  reasoningPart: {
    policy: 'drop',
    names: {
      openai: 'messages.reasoning_details',
      responses: 'input.reasoning',
      anthropic: 'messages.content.thinking',
    },
  },
  imageDetail: {
    policy: 'drop',
    names: { openai: 'messages.content.image_url.detail', responses: 'input.content.detail' },
  },
  imageUrl: { policy: 'refuse', names: { openai: 'messages', responses: 'input', anthropic: 'messages' } },
  document: { policy: 'refuse', names: { openai: 'messages', responses: 'input', anthropic: 'messages' } },
  documentContext: { policy: 'drop', names: { anthropic: 'messages.content.context' } },
  citations: { policy: 'drop', names: { anthropic: 'messages.content.citations' } },
  audio: { policy: 'refuse', names: { openai: 'messages' } },
  fileId: { policy: 'refuse', names: { openai: 'messages', responses: 'input', anthropic: 'messages' } },
  nativePart: { policy: 'refuse', names: { openai: 'messages', responses: 'input', anthropic: 'messages' } },
  toolError: { policy: 'drop', names: { anthropic: 'messages.content.is_error' } },
  toolArguments: {
    policy: 'drop',
    names: { openai: 'messages.tool_calls.function.arguments', responses: 'input.arguments' },
  },
} as const satisfies Readonly<Record<string, Field>>;

export type FieldName = keyof typeof fields;

const table: Readonly<Record<FieldName, Field>> = fields;

function isIngress(dialect: Dialect): dialect is IngressDialect {
  return dialect === 'openai' || dialect === 'responses' || dialect === 'anthropic';
}

/** What the client calls it. */
export function nameField(field: FieldName, dialect: Dialect): string {
  return (isIngress(dialect) ? table[field].names[dialect] : undefined) ?? field;
}
