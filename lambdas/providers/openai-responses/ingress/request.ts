import * as z from 'zod/mini';
import {
  efforts,
  type GenerationRequest,
  type Message,
  type Reasoning,
} from '../../../domain/conversation/generation-request.ts';
import { readPart } from '../../../domain/conversation/read-part.ts';
import {
  createTranslationLog,
  type Translated,
  type TranslationLog,
} from '../../../domain/conversation/translation-log.ts';
import type { Outcome } from '../../../domain/errors.ts';
import { readInput } from './items.ts';
import { readFormat, readTool, readToolChoice } from './tools.ts';

const text = z.nullish(z.string());
const flag = z.nullish(z.boolean());
const ratio = z.nullish(z.number());
const anything = z.nullish(z.unknown());

const body = z.object({
  model: z.string(),
  input: z.union([z.string(), z.array(z.unknown())]),
  instructions: text,
  stream: flag,
  stream_options: anything,
  tools: z.nullish(z.array(z.unknown())),
  tool_choice: anything,
  parallel_tool_calls: flag,
  text: z.nullish(z.looseObject({ format: anything, verbosity: text })),
  reasoning: z.nullish(
    z.object({ effort: z.nullish(z.enum(efforts)), summary: text, generate_summary: text, mode: text, context: text }),
  ),
  max_output_tokens: z.nullish(z.int().check(z.gte(1))),
  temperature: ratio,
  top_p: ratio,
  top_logprobs: z.nullish(z.int()),
  include: z.nullish(z.array(z.string())),
  user: text,
  safety_identifier: text,
  metadata: anything,
  service_tier: text,
  store: flag,
  prompt_cache_key: text,
});
type Body = z.infer<typeof body>;

/** What has no counterpart, and would be missed: state at the provider, work behind its client's back, checks. */
const refused: ReadonlySet<string> = new Set(['previous_response_id', 'conversation', 'prompt', 'moderation']);

function readReasoning({ reasoning }: Body): Reasoning | undefined {
  if (!reasoning) return undefined;
  const summary = reasoning.summary ?? reasoning.generate_summary ?? undefined;
  return { effort: reasoning.effort ?? undefined, summary, isShown: summary === undefined ? undefined : true };
}

/** The items that `include` asks for beside the answer; encrypted reasoning comes anyhow. */
function readIncluded({ include }: Body, log: TranslationLog): ReadonlySet<string> {
  const wanted = new Set(include ?? []);
  for (const name of wanted) {
    if (name !== 'reasoning.encrypted_content' && name !== 'message.output_text.logprobs') log.drop('include');
  }
  return wanted;
}

function readExtras(value: object, log: TranslationLog): Readonly<Record<string, unknown>> {
  const extras = Object.entries(value).filter(([name, member]) => !Object.hasOwn(body.shape, name) && member !== null);
  for (const [name, member] of extras) {
    if (refused.has(name) || (name === 'background' && member === true)) log.refuse(name);
  }
  return Object.fromEntries(extras);
}

function toRequest(read: Body, value: object, log: TranslationLog): GenerationRequest {
  const first: Message[] = read.instructions
    ? [{ role: 'system', parts: [{ type: 'text', text: read.instructions }], at: 'instructions' }]
    : [];
  const included = readIncluded(read, log);
  const tools = read.tools ?? [];
  return {
    dialect: 'responses',
    model: read.model,
    messages: [...first, ...readInput(read.input, log)],
    isStreamed: read.stream === true,
    wantsUsage: true,
    tools: tools.flatMap((tool, index) => readTool(tool, ['tools', index], log) ?? []),
    toolChoice: readToolChoice(read.tool_choice, log),
    isParallel: read.parallel_tool_calls ?? undefined,
    format: readFormat(read.text?.format, log),
    verbosity: read.text?.verbosity ?? undefined,
    reasoning: readReasoning(read),
    maxOutputTokens: read.max_output_tokens ?? undefined,
    temperature: read.temperature ?? undefined,
    topP: read.top_p ?? undefined,
    logprobs: included.has('message.output_text.logprobs') ? { top: read.top_logprobs ?? 0 } : undefined,
    user: read.user ?? undefined,
    safetyId: read.safety_identifier ?? undefined,
    metadata: read.metadata ?? undefined,
    serviceTier: read.service_tier ?? undefined,
    isStored: read.store ?? undefined,
    cacheKey: read.prompt_cache_key ?? undefined,
    extras: readExtras(value, log),
  };
}

/** Reads a body of Responses, whatever target it is for. Names the first field at fault. */
export function decodeRequest(value: object): Outcome<Translated<GenerationRequest>> {
  const log = createTranslationLog('responses');
  const read = readPart(body, value, [], log);
  return log.conclude(read && toRequest(read, value, log));
}
