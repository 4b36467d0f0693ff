import * as z from 'zod/mini';
import type { Tool, ToolChoice } from '../../../domain/conversation/generation-request.ts';
import { type Path, readPart } from '../../../domain/conversation/read-part.ts';
import type { TranslationLog } from '../../../domain/conversation/translation-log.ts';
import { formatPath } from '../../../domain/parse-input.ts';
import { cacheMark, readCacheMark } from './content.ts';

const text = z.nullish(z.string());
const flag = z.nullish(z.boolean());

const tool = z.extend(cacheMark, {
  type: text,
  name: z.string(),
  description: text,
  input_schema: z.nullish(z.unknown()),
  strict: flag,
  /** How the arguments of a call are streamed: for the provider alone to know. */
  eager_input_streaming: flag,
});
const typed = z.looseObject({ type: text });

/** Tools of a type of its own are Anthropic's: it runs them, or knows how they are to be used. */
export function readTool(value: unknown, path: Path, log: TranslationLog): Tool | undefined {
  const at = formatPath(path);
  const type = z.safeParse(typed, value).data?.type ?? 'custom';
  if (type !== 'custom') return { kind: 'native', dialect: 'anthropic', name: type, value, at };
  const read = readPart(tool, value, path, log);
  if (read === undefined) return undefined;
  return {
    kind: 'function',
    name: read.name,
    description: read.description ?? undefined,
    parameters: read.input_schema ?? undefined,
    isStrict: read.strict ?? undefined,
    cache: readCacheMark(read),
    at,
  };
}

const choice = z.object({ type: z.string(), name: text, disable_parallel_tool_use: flag });

export interface ReadChoice {
  readonly toolChoice?: ToolChoice | undefined;
  readonly isParallel?: boolean | undefined;
}

export function readToolChoice(value: unknown, log: TranslationLog): ReadChoice {
  if (value === null || value === undefined) return {};
  const read = readPart(choice, value, ['tool_choice'], log);
  if (read === undefined) return {};
  const isParallel = read.disable_parallel_tool_use === true ? false : undefined;
  switch (read.type) {
    case 'auto':
    case 'none':
    case 'any':
      return { toolChoice: { kind: read.type }, isParallel };
    case 'tool':
      return { toolChoice: { kind: 'tool', name: read.name ?? '' }, isParallel };
    default:
      log.refuse('tool_choice.type');
      return {};
  }
}
