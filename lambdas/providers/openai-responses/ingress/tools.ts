import * as z from 'zod/mini';
import type { OutputFormat, Tool, ToolChoice } from '../../../domain/conversation/generation-request.ts';
import { type Path, readPart } from '../../../domain/conversation/read-part.ts';
import type { TranslationLog } from '../../../domain/conversation/translation-log.ts';
import { formatPath } from '../../../domain/parse-input.ts';

const text = z.nullish(z.string());
const flag = z.nullish(z.boolean());

const typed = z.looseObject({ type: text });
const functionTool = z.object({
  type: text,
  name: z.string(),
  description: text,
  parameters: z.nullish(z.unknown()),
  strict: flag,
});
const customTool = z.object({ type: text, name: z.string(), description: text, format: z.nullish(z.unknown()) });

export function readTool(value: unknown, path: Path, log: TranslationLog): Tool | undefined {
  const at = formatPath(path);
  const type = z.safeParse(typed, value).data?.type ?? 'function';
  if (type === 'custom') {
    const tool = readPart(customTool, value, path, log);
    return (
      tool && { kind: 'custom', name: tool.name, description: tool.description ?? undefined, format: tool.format, at }
    );
  }
  if (type !== 'function') return { kind: 'native', dialect: 'responses', name: type, value, at };
  const tool = readPart(functionTool, value, path, log);
  if (tool === undefined) return undefined;
  const { name, description, parameters, strict } = tool;
  return {
    kind: 'function',
    name,
    description: description ?? undefined,
    parameters: parameters ?? undefined,
    isStrict: strict ?? undefined,
    at,
  };
}

const choice = z.object({
  type: z.string(),
  name: text,
  mode: text,
  tools: z.nullish(z.array(z.looseObject({ name: text }))),
});

const words: ReadonlyMap<unknown, ToolChoice> = new Map<unknown, ToolChoice>([
  ['auto', { kind: 'auto' }],
  ['none', { kind: 'none' }],
  ['required', { kind: 'any' }],
]);

export function readToolChoice(value: unknown, log: TranslationLog): ToolChoice | undefined {
  const word = words.get(value);
  if (word !== undefined || value === null || value === undefined) return word;
  const read = readPart(choice, value, ['tool_choice'], log);
  if (read === undefined) return undefined;
  if (read.type === 'allowed_tools') {
    const names = (read.tools ?? []).flatMap(({ name }) => name ?? []);
    return { kind: 'allowed', isRequired: read.mode === 'required', names };
  }
  if ((read.type === 'function' || read.type === 'custom') && read.name) {
    return { kind: 'tool', name: read.name, isCustom: read.type === 'custom' };
  }
  log.refuse('tool_choice');
  return undefined;
}

const format = z.object({
  type: z.string(),
  name: text,
  description: text,
  schema: z.nullish(z.unknown()),
  strict: flag,
});

export function readFormat(value: unknown, log: TranslationLog): OutputFormat | undefined {
  if (value === null || value === undefined) return undefined;
  const read = readPart(format, value, ['text', 'format'], log);
  if (read === undefined) return undefined;
  if (read.type === 'text') return { kind: 'text' };
  if (read.type === 'json_object') return { kind: 'json' };
  if (read.type !== 'json_schema') {
    log.refuse('text.format');
    return undefined;
  }
  return {
    kind: 'schema',
    name: read.name ?? undefined,
    description: read.description ?? undefined,
    schema: read.schema ?? {},
    isStrict: read.strict ?? undefined,
  };
}
