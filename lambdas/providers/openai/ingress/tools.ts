import * as z from 'zod/mini';
import type { OutputFormat, Tool, ToolChoice } from '../../../domain/conversation/generation-request.ts';
import { type Path, readPart } from '../../../domain/conversation/read-part.ts';
import type { TranslationLog } from '../../../domain/conversation/translation-log.ts';
import { formatPath } from '../../../domain/parse-input.ts';
import { cacheMarks, readCacheMark } from './content.ts';

const text = z.nullish(z.string());
const flag = z.nullish(z.boolean());

const typed = z.looseObject({ type: text });

const functionTool = z.extend(cacheMarks, {
  type: text,
  function: z.object({ name: z.string(), description: text, parameters: z.nullish(z.unknown()), strict: flag }),
});
const customTool = z.extend(cacheMarks, {
  type: text,
  custom: z.object({ name: z.string(), description: text, format: z.nullish(z.unknown()) }),
});

export function readTool(value: unknown, path: Path, log: TranslationLog): Tool | undefined {
  const at = formatPath(path);
  const type = z.safeParse(typed, value).data?.type ?? 'function';
  if (type === 'custom') {
    const tool = readPart(customTool, value, path, log);
    if (tool === undefined) return undefined;
    const { name, description, format } = tool.custom;
    return { kind: 'custom', name, description: description ?? undefined, format, cache: readCacheMark(tool), at };
  }
  if (type !== 'function') return { kind: 'native', dialect: 'openai', name: type, value, at };
  const tool = readPart(functionTool, value, path, log);
  if (tool === undefined) return undefined;
  const { name, description, parameters, strict } = tool.function;
  return {
    kind: 'function',
    name,
    description: description ?? undefined,
    parameters: parameters ?? undefined,
    isStrict: strict ?? undefined,
    cache: readCacheMark(tool),
    at,
  };
}

const named = z.object({ name: z.string() });
const choice = z.object({
  type: z.string(),
  function: z.nullish(named),
  custom: z.nullish(named),
  allowed_tools: z.nullish(
    z.object({
      mode: z.string(),
      tools: z.array(z.looseObject({ type: text, function: z.nullish(named), custom: z.nullish(named) })),
    }),
  ),
});

/** `any` is Mistral's word for `required`. */
const words: ReadonlyMap<unknown, ToolChoice> = new Map<unknown, ToolChoice>([
  ['auto', { kind: 'auto' }],
  ['none', { kind: 'none' }],
  ['required', { kind: 'any' }],
  ['any', { kind: 'any' }],
]);

export function readToolChoice(value: unknown, log: TranslationLog): ToolChoice | undefined {
  const word = words.get(value);
  if (word !== undefined || value === null || value === undefined) return word;
  const read = readPart(choice, value, ['tool_choice'], log);
  if (read === undefined) return undefined;
  if (read.function) return { kind: 'tool', name: read.function.name };
  if (read.custom) return { kind: 'tool', name: read.custom.name, isCustom: true };
  if (read.allowed_tools) {
    const names = read.allowed_tools.tools.flatMap((tool) => tool.function?.name ?? tool.custom?.name ?? []);
    return { kind: 'allowed', isRequired: read.allowed_tools.mode === 'required', names };
  }
  log.refuse('tool_choice');
  return undefined;
}

const format = z.object({
  type: z.string(),
  json_schema: z.nullish(z.object({ name: text, description: text, schema: z.nullish(z.unknown()), strict: flag })),
});

export function readFormat(value: unknown, log: TranslationLog): OutputFormat | undefined {
  if (value === null || value === undefined) return undefined;
  const read = readPart(format, value, ['response_format'], log);
  if (read === undefined) return undefined;
  if (read.type === 'text') return { kind: 'text' };
  if (read.type === 'json_object') return { kind: 'json' };
  if (read.type !== 'json_schema' || !read.json_schema) {
    log.refuse('response_format');
    return undefined;
  }
  const { name, description, schema, strict } = read.json_schema;
  return {
    kind: 'schema',
    name: name ?? undefined,
    description: description ?? undefined,
    schema: schema ?? {},
    isStrict: strict ?? undefined,
  };
}
