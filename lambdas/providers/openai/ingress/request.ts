import * as z from 'zod/mini';
import {
  type Effort,
  efforts,
  type GenerationRequest,
  type Reasoning,
} from '../../../domain/conversation/generation-request.ts';
import { readPart } from '../../../domain/conversation/read-part.ts';
import {
  createTranslationLog,
  type Translated,
  type TranslationLog,
} from '../../../domain/conversation/translation-log.ts';
import type { Outcome } from '../../../domain/errors.ts';
import { readMessage } from './messages.ts';
import { readFormat, readTool, readToolChoice } from './tools.ts';

const text = z.nullish(z.string());
const flag = z.nullish(z.boolean());
const ratio = z.nullish(z.number());
const count = z.nullish(z.int().check(z.gte(1)));
const anything = z.nullish(z.unknown());

const reasoningWords = z.nullish(z.enum(efforts));

const body = z.object({
  model: z.string(),
  messages: z.array(z.unknown()).check(z.minLength(1)),
  stream: flag,
  stream_options: z.nullish(z.looseObject({ include_usage: flag })),
  tools: z.nullish(z.array(z.unknown())),
  tool_choice: anything,
  parallel_tool_calls: flag,
  response_format: anything,
  reasoning_effort: reasoningWords,
  /** OpenRouter's. */
  reasoning: z.nullish(
    z.looseObject({ effort: reasoningWords, max_tokens: count, enabled: flag, exclude: flag, summary: text }),
  ),
  /** Anthropic's, DeepSeek's and others', which clients pass along in this dialect too. */
  thinking: z.nullish(z.looseObject({ type: text, budget_tokens: count })),
  verbosity: text,
  max_tokens: count,
  max_completion_tokens: count,
  temperature: ratio,
  top_p: ratio,
  top_k: count,
  frequency_penalty: ratio,
  presence_penalty: ratio,
  seed: anything,
  stop: z.nullish(z.union([z.string(), z.array(z.string())])),
  n: count,
  logprobs: flag,
  top_logprobs: z.nullish(z.int()),
  logit_bias: anything,
  user: text,
  safety_identifier: text,
  metadata: anything,
  service_tier: text,
  store: flag,
  prompt_cache_key: text,
});
type Body = z.infer<typeof body>;

/** What has no counterpart, and would be missed: an answer that is spoken, searched for, or checked. */
const refused: ReadonlySet<string> = new Set([
  'audio',
  'functions',
  'function_call',
  'web_search_options',
  'moderation',
  'search_parameters',
  'plugins',
]);

const optional = <Value>(value: Value | null | undefined): Value | undefined => value ?? undefined;

function readReasoning({ reasoning_effort, reasoning, thinking }: Body): Reasoning | undefined {
  if (reasoning_effort) return { effort: reasoning_effort };
  if (reasoning) {
    const off: Effort | undefined = reasoning.enabled === false ? 'none' : undefined;
    return {
      effort: off ?? optional(reasoning.effort),
      budget: optional(reasoning.max_tokens),
      isAdaptive: reasoning.enabled === true ? true : undefined,
      isShown: reasoning.exclude === true ? false : undefined,
      summary: optional(reasoning.summary),
    };
  }
  if (!thinking) return undefined;
  if (thinking.type === 'disabled') return { effort: 'none' };
  return { budget: optional(thinking.budget_tokens), isAdaptive: thinking.budget_tokens ? undefined : true };
}

function readStop(stop: Body['stop']): readonly string[] | undefined {
  if (stop === null || stop === undefined) return undefined;
  return typeof stop === 'string' ? [stop] : stop;
}

function readExtras(value: object, log: TranslationLog): Readonly<Record<string, unknown>> {
  const extras = Object.entries(value).filter(([name, member]) => !Object.hasOwn(body.shape, name) && member !== null);
  for (const [name, member] of extras) {
    const isSpoken = name === 'modalities' && Array.isArray(member) && member.includes('audio');
    if (refused.has(name) || isSpoken) log.refuse(name);
  }
  return Object.fromEntries(extras);
}

function toRequest(read: Body, value: object, log: TranslationLog): GenerationRequest {
  const messages = read.messages.flatMap((message, index) => readMessage(message, ['messages', index], log) ?? []);
  const tools = read.tools ?? [];
  return {
    dialect: 'openai',
    model: read.model,
    messages,
    isStreamed: read.stream === true,
    wantsUsage: read.stream_options?.include_usage === true,
    tools: tools.flatMap((tool, index) => readTool(tool, ['tools', index], log) ?? []),
    toolChoice: readToolChoice(read.tool_choice, log),
    isParallel: optional(read.parallel_tool_calls),
    format: readFormat(read.response_format, log),
    reasoning: readReasoning(read),
    verbosity: optional(read.verbosity),
    maxOutputTokens: read.max_completion_tokens ?? optional(read.max_tokens),
    temperature: optional(read.temperature),
    topP: optional(read.top_p),
    topK: optional(read.top_k),
    frequencyPenalty: optional(read.frequency_penalty),
    presencePenalty: optional(read.presence_penalty),
    seed: optional(read.seed),
    stop: readStop(read.stop),
    choices: optional(read.n),
    logprobs: read.logprobs === true ? { top: read.top_logprobs ?? 0 } : undefined,
    logitBias: optional(read.logit_bias),
    user: optional(read.user),
    safetyId: optional(read.safety_identifier),
    metadata: optional(read.metadata),
    serviceTier: optional(read.service_tier),
    isStored: optional(read.store),
    cacheKey: optional(read.prompt_cache_key),
    extras: readExtras(value, log),
  };
}

/** Reads a chat completion's body, whatever target it is for. Names the first field at fault. */
export function decodeRequest(value: object): Outcome<Translated<GenerationRequest>> {
  const log = createTranslationLog('openai');
  const read = readPart(body, value, [], log);
  return log.conclude(read && toRequest(read, value, log));
}
