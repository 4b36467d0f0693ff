import * as z from 'zod/mini';
import {
  efforts,
  type GenerationRequest,
  type Message,
  type OutputFormat,
  type Reasoning,
} from '../../../domain/conversation/generation-request.ts';
import { type Path, readPart } from '../../../domain/conversation/read-part.ts';
import {
  createTranslationLog,
  type Translated,
  type TranslationLog,
} from '../../../domain/conversation/translation-log.ts';
import type { Outcome } from '../../../domain/errors.ts';
import { formatPath } from '../../../domain/parse-input.ts';
import { cacheMark, readCacheMark, readContent } from './content.ts';
import { readTool, readToolChoice } from './tools.ts';

const text = z.nullish(z.string());
const flag = z.nullish(z.boolean());
const ratio = z.nullish(z.number());
const count = z.nullish(z.int().check(z.gte(0)));
const content = z.union([z.string(), z.array(z.unknown())]);

const thinking = z.nullish(z.object({ type: z.string(), budget_tokens: count, display: text }));
const outputConfig = z.nullish(
  z.object({
    effort: z.nullish(z.enum(efforts)),
    format: z.nullish(z.object({ type: z.string(), schema: z.nullish(z.unknown()) })),
  }),
);

const body = z.extend(cacheMark, {
  model: z.string(),
  messages: z.array(z.unknown()).check(z.minLength(1)),
  /** Not asked for where tokens are only counted. */
  max_tokens: count,
  system: z.nullish(content),
  stream: flag,
  tools: z.nullish(z.array(z.unknown())),
  tool_choice: z.nullish(z.unknown()),
  thinking,
  output_config: outputConfig,
  temperature: ratio,
  top_p: ratio,
  top_k: count,
  stop_sequences: z.nullish(z.array(z.string())),
  metadata: z.nullish(z.object({ user_id: text })),
  service_tier: text,
});
type Body = z.infer<typeof body>;

/** What has no counterpart, and would be missed: state at the provider, tools that it runs, where the data may go. */
const refused: ReadonlySet<string> = new Set([
  'container',
  'mcp_servers',
  'inference_geo',
  'thread',
  'compaction',
  'fallbacks',
]);

const message = z.object({
  role: z.enum(['user', 'assistant', 'system']),
  content,
  // What an SDK leaves on an answer that is sent back.
  id: text,
  type: text,
  model: text,
  usage: z.nullish(z.unknown()),
  stop_reason: text,
  stop_sequence: text,
  stop_details: z.nullish(z.unknown()),
});

function readMessage(value: unknown, path: Path, log: TranslationLog): Message | undefined {
  const read = readPart(message, value, path, log);
  if (read === undefined) return undefined;
  return { role: read.role, parts: readContent(read.content, [...path, 'content'], log), at: formatPath(path) };
}

function readReasoning({ thinking: given, output_config: config }: Body): Reasoning | undefined {
  const effort = config?.effort ?? undefined;
  if (!given) return effort && { effort };
  if (given.type === 'disabled') return { effort: 'none' };
  const isShown = given.display ? given.display !== 'omitted' : undefined;
  const budget = given.budget_tokens ?? undefined;
  return { effort, budget, isAdaptive: budget === undefined ? true : undefined, isShown };
}

function readFormat({ output_config: config }: Body, log: TranslationLog): OutputFormat | undefined {
  const format = config?.format;
  if (!format) return undefined;
  if (format.type === 'json_schema') return { kind: 'schema', schema: format.schema ?? {} };
  log.refuse('output_config.format.type');
  return undefined;
}

function readExtras(value: object, log: TranslationLog): Readonly<Record<string, unknown>> {
  const extras = Object.entries(value).filter(([name, member]) => !Object.hasOwn(body.shape, name) && member !== null);
  for (const [name] of extras) if (refused.has(name)) log.refuse(name);
  return Object.fromEntries(extras);
}

function toRequest(read: Body, value: object, log: TranslationLog): GenerationRequest {
  const system = readContent(read.system, ['system'], log);
  const messages = read.messages.flatMap((said, index) => readMessage(said, ['messages', index], log) ?? []);
  const tools = read.tools ?? [];
  return {
    dialect: 'anthropic',
    model: read.model,
    messages: system.length === 0 ? messages : [{ role: 'system', parts: system, at: 'system' }, ...messages],
    isStreamed: read.stream === true,
    wantsUsage: true,
    tools: tools.flatMap((tool, index) => readTool(tool, ['tools', index], log) ?? []),
    ...readToolChoice(read.tool_choice, log),
    format: readFormat(read, log),
    reasoning: readReasoning(read),
    maxOutputTokens: read.max_tokens ?? undefined,
    temperature: read.temperature ?? undefined,
    topP: read.top_p ?? undefined,
    topK: read.top_k ?? undefined,
    stop: read.stop_sequences?.length ? read.stop_sequences : undefined,
    user: read.metadata?.user_id ?? undefined,
    serviceTier: read.service_tier ?? undefined,
    cache: readCacheMark(read),
    extras: readExtras(value, log),
  };
}

/** Reads a body of the Messages API, whatever target it is for. Names the first field at fault. */
export function decodeRequest(value: object): Outcome<Translated<GenerationRequest>> {
  const log = createTranslationLog('anthropic');
  const read = readPart(body, value, [], log);
  return log.conclude(read && toRequest(read, value, log));
}
