import * as z from 'zod/mini';
import type {
  CacheMark,
  DocumentPart,
  ImagePart,
  NativePart,
  Part,
  ReasoningPart,
  Source,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../../../domain/conversation/parts.ts';
import { type Path, readPart } from '../../../domain/conversation/read-part.ts';
import { unpackSeal } from '../../../domain/conversation/seals.ts';
import type { TranslationLog } from '../../../domain/conversation/translation-log.ts';
import { formatPath, parseInput } from '../../../domain/parse-input.ts';
import { readCitation, wireCitation } from '../citations.ts';

// The blocks of a message, as a client of the Messages API writes them.

const text = z.nullish(z.string());
const flag = z.nullish(z.boolean());

const mark = z.nullish(z.object({ type: text, ttl: z.nullish(z.enum(['5m', '1h'])) }));
export const cacheMark = z.object({ cache_control: mark });

const source = z.object({
  type: z.string(),
  media_type: text,
  data: text,
  url: text,
  file_id: text,
  content: z.nullish(z.unknown()),
});
const asked = z.nullish(z.object({ enabled: flag }));
const type = z.string();

const textBlock = z.extend(cacheMark, { type, text: z.string(), citations: z.nullish(z.array(wireCitation)) });
const imageBlock = z.extend(cacheMark, { type, source });
const documentBlock = z.extend(cacheMark, { type, source, title: text, context: text, citations: asked });
const thinkingBlock = z.object({ type, thinking: z.string(), signature: text });
const redactedBlock = z.object({ type, data: z.string() });
const toolUse = z.extend(cacheMark, {
  type,
  id: z.string(),
  name: z.string(),
  input: z.nullish(z.unknown()),
  caller: z.nullish(z.unknown()),
});
const toolResult = z.extend(cacheMark, {
  type,
  tool_use_id: z.string(),
  content: z.nullish(z.union([z.string(), z.array(z.unknown())])),
  is_error: flag,
});
const typed = z.looseObject({ type: z.string() });

export function readCacheMark({ cache_control: given }: z.infer<typeof cacheMark>): CacheMark | undefined {
  return given ? { ttl: given.ttl ?? undefined } : undefined;
}

/** Undefined: it is neither data, nor a URL, nor a file. */
function readSource(given: z.infer<typeof source>): Source | undefined {
  switch (given.type) {
    case 'base64':
      return { kind: 'base64', mediaType: given.media_type ?? '', data: given.data ?? '' };
    case 'text':
      return { kind: 'text', text: given.data ?? '' };
    case 'url':
      return { kind: 'url', url: given.url ?? '' };
    case 'file':
      return { kind: 'file', id: given.file_id ?? '' };
    default:
      return undefined;
  }
}

type Read = (value: unknown, path: Path, log: TranslationLog) => Part | undefined;

function readText(value: unknown, path: Path, log: TranslationLog): TextPart | undefined {
  const block = readPart(textBlock, value, path, log);
  if (block === undefined) return undefined;
  const citations = block.citations?.map(readCitation);
  return { type: 'text', text: block.text, ...(citations?.length && { citations }), cache: readCacheMark(block) };
}

function readImage(value: unknown, path: Path, log: TranslationLog): ImagePart | undefined {
  const block = readPart(imageBlock, value, path, log);
  if (block === undefined) return undefined;
  const given = readSource(block.source);
  if (given === undefined) log.refuse(formatPath([...path, 'source']));
  return given && { type: 'image', source: given, cache: readCacheMark(block), at: formatPath(path) };
}

function readDocument(value: unknown, path: Path, log: TranslationLog): DocumentPart | NativePart | undefined {
  const block = readPart(documentBlock, value, path, log);
  if (block === undefined) return undefined;
  const given = readSource(block.source);
  if (given === undefined) return toNative(value, 'document', path);
  return {
    type: 'document',
    source: given,
    name: block.title ?? undefined,
    context: block.context ?? undefined,
    isCited: block.citations?.enabled ?? undefined,
    cache: readCacheMark(block),
    at: formatPath(path),
  };
}

function readThinking(value: unknown, path: Path, log: TranslationLog): ReasoningPart | undefined {
  const block = readPart(thinkingBlock, value, path, log);
  if (block === undefined) return undefined;
  const seal = block.signature ? { seal: unpackSeal(block.signature, 'anthropic') } : {};
  return { type: 'reasoning', text: block.thinking, ...seal };
}

function readRedacted(value: unknown, path: Path, log: TranslationLog): ReasoningPart | undefined {
  const block = readPart(redactedBlock, value, path, log);
  return block && { type: 'reasoning', text: '', seal: unpackSeal(block.data, 'anthropic', 'encrypted') };
}

function readToolUse(value: unknown, path: Path, log: TranslationLog): ToolCallPart | undefined {
  const block = readPart(toolUse, value, path, log);
  if (block === undefined) return undefined;
  const { id, name, input } = block;
  const cache = readCacheMark(block);
  return { type: 'tool_call', id, name, input: JSON.stringify(input ?? {}), cache, at: formatPath(path) };
}

type ResultPart = ToolResultPart['content'][number];

const isResultPart = (part: Part): part is ResultPart =>
  part.type === 'text' || part.type === 'image' || part.type === 'document' || part.type === 'native';

function readToolResult(value: unknown, path: Path, log: TranslationLog): ToolResultPart | undefined {
  const block = readPart(toolResult, value, path, log);
  if (block === undefined) return undefined;
  return {
    type: 'tool_result',
    callId: block.tool_use_id,
    content: readContent(block.content, [...path, 'content'], log).filter(isResultPart),
    isError: block.is_error ?? undefined,
    cache: readCacheMark(block),
    at: formatPath(path),
  };
}

function toNative(value: unknown, name: string, path: Path): NativePart {
  return { type: 'native', dialect: 'anthropic', name, value, at: formatPath(path) };
}

const readers: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['text', readText],
  ['image', readImage],
  ['document', readDocument],
  ['thinking', readThinking],
  ['redacted_thinking', readRedacted],
  ['tool_use', readToolUse],
  ['tool_result', readToolResult],
]);

/** A message's content, a string or blocks. */
export function readContent(content: unknown, path: Path, log: TranslationLog): Part[] {
  if (content === null || content === undefined) return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  const blocks: readonly unknown[] = Array.isArray(content) ? content : [];
  return blocks.flatMap((value, index) => {
    const at = [...path, index];
    const block = parseInput(typed, value, at);
    if (!block.ok) {
      log.reject(block.refusal);
      return [];
    }
    const { type: name } = block.value;
    const read = readers.get(name);
    return (read === undefined ? toNative(value, name, at) : read(value, at, log)) ?? [];
  });
}
