import * as z from 'zod/mini';
import { mediaTypeOfName, readUrl } from '../../../domain/conversation/media.ts';
import type {
  AudioPart,
  CacheMark,
  DocumentPart,
  ImagePart,
  NativePart,
  Part,
  ReasoningPart,
  RefusalPart,
  Source,
  TextPart,
} from '../../../domain/conversation/parts.ts';
import { type Path, readPart } from '../../../domain/conversation/read-part.ts';
import type { TranslationLog } from '../../../domain/conversation/translation-log.ts';
import { formatPath } from '../../../domain/parse-input.ts';

// Parts of a message's content, as a client of Chat Completions writes them.

const text = z.nullish(z.string());
const ttls = z.nullish(z.enum(['5m', '30m', '1h', '12h']));

/** OpenAI's breakpoint, and Anthropic's mark, which OpenRouter and others take in this dialect. */
const marks = {
  prompt_cache_breakpoint: z.nullish(z.object({ mode: text, ttl: ttls })),
  cache_control: z.nullish(z.object({ type: text, ttl: ttls })),
};
export const cacheMarks = z.object(marks);

const textSchema = z.object({ type: text, text: z.string(), ...marks });
const refusalSchema = z.object({ type: text, refusal: z.string() });
const imageSchema = z.object({
  type: text,
  image_url: z.union([z.string(), z.object({ url: z.string(), detail: text })]),
  ...marks,
});
const audioSchema = z.object({
  type: text,
  input_audio: z.object({ data: z.string(), format: z.string() }),
  ...marks,
});
const fileSchema = z.object({
  type: text,
  file: z.object({ file_data: text, file_id: text, filename: text }),
  ...marks,
});
/** Mistral's. */
const thinkingSchema = z.object({
  type: text,
  thinking: z.array(z.object({ type: text, text: z.string() })),
  closed: z.nullish(z.boolean()),
});
const typed = z.looseObject({ type: z.nullish(z.string()) });

export function readCacheMark(value: z.infer<typeof cacheMarks>): CacheMark | undefined {
  const mark = value.cache_control ?? value.prompt_cache_breakpoint;
  return mark ? { ttl: mark.ttl ?? undefined } : undefined;
}

function sourceOfFile(file: z.infer<typeof fileSchema>['file']): Source | undefined {
  const { file_data: data, file_id: id, filename } = file;
  if (id) return { kind: 'file', id };
  if (!data) return undefined;
  const source = readUrl(data);
  const mediaType = mediaTypeOfName(filename ?? '') ?? 'application/pdf';
  if (source.kind === 'base64') return source.mediaType === '' ? { ...source, mediaType } : source;
  // Some clients leave the URL's head out, others send where the file is.
  return /^[a-z]+:/i.test(data) ? source : { kind: 'base64', mediaType, data };
}

type ReadContent = (value: unknown, path: Path, log: TranslationLog) => Part | undefined;

function readText(value: unknown, path: Path, log: TranslationLog): TextPart | undefined {
  const part = readPart(textSchema, value, path, log);
  return part && { type: 'text', text: part.text, cache: readCacheMark(part) };
}

function readImage(value: unknown, path: Path, log: TranslationLog): ImagePart | undefined {
  const part = readPart(imageSchema, value, path, log);
  if (part === undefined) return undefined;
  const image = typeof part.image_url === 'string' ? { url: part.image_url, detail: undefined } : part.image_url;
  const detail = image.detail ?? undefined;
  return { type: 'image', source: readUrl(image.url), detail, cache: readCacheMark(part), at: formatPath(path) };
}

function readFile(value: unknown, path: Path, log: TranslationLog): DocumentPart | undefined {
  const part = readPart(fileSchema, value, path, log);
  if (part === undefined) return undefined;
  const at = formatPath(path);
  const source = sourceOfFile(part.file);
  if (source === undefined) log.refuse(at, 'The file has neither data nor an id.');
  return source && { type: 'document', source, name: part.file.filename ?? undefined, cache: readCacheMark(part), at };
}

function readAudio(value: unknown, path: Path, log: TranslationLog): AudioPart | undefined {
  const part = readPart(audioSchema, value, path, log);
  return part && { type: 'audio', ...part.input_audio, cache: readCacheMark(part), at: formatPath(path) };
}

function readRefusal(value: unknown, path: Path, log: TranslationLog): RefusalPart | undefined {
  const part = readPart(refusalSchema, value, path, log);
  return part && { type: 'refusal', text: part.refusal };
}

function readThinking(value: unknown, path: Path, log: TranslationLog): ReasoningPart | undefined {
  const part = readPart(thinkingSchema, value, path, log);
  return part && { type: 'reasoning', text: part.thinking.map((piece) => piece.text).join('') };
}

const readers: ReadonlyMap<string, ReadContent> = new Map<string, ReadContent>([
  ['text', readText],
  ['image_url', readImage],
  ['file', readFile],
  ['input_audio', readAudio],
  ['refusal', readRefusal],
  ['thinking', readThinking],
]);

function toNative(value: unknown, name: string, path: Path): NativePart {
  return { type: 'native', dialect: 'openai', name, value, at: formatPath(path) };
}

/** A message's content, a string or parts. */
export function readContent(content: unknown, path: Path, log: TranslationLog): Part[] {
  if (content === null || content === undefined) return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  const parts = Array.isArray(content) ? content : [];
  return parts.flatMap((value: unknown, index) => {
    const at = [...path, index];
    const { data: part } = z.safeParse(typed, value);
    const type = part?.type ?? 'text';
    const read = readers.get(type);
    return (read === undefined ? toNative(value, type, at) : read(value, at, log)) ?? [];
  });
}
