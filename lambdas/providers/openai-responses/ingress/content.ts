import * as z from 'zod/mini';
import { mediaTypeOfName, readUrl } from '../../../domain/conversation/media.ts';
import type {
  CacheMark,
  DocumentPart,
  ImagePart,
  NativePart,
  Part,
  Source,
} from '../../../domain/conversation/parts.ts';
import { type Path, readPart } from '../../../domain/conversation/read-part.ts';
import type { TranslationLog } from '../../../domain/conversation/translation-log.ts';
import { formatPath, parseInput } from '../../../domain/parse-input.ts';

// Parts of a message's content, as a client of Responses writes them.

const text = z.nullish(z.string());

const marked = z.object({
  type: z.string(),
  prompt_cache_breakpoint: z.nullish(z.object({ mode: text, ttl: z.nullish(z.enum(['30m', '12h'])) })),
});
const textPart = z.extend(marked, {
  text: z.string(),
  annotations: z.nullish(z.unknown()),
  logprobs: z.nullish(z.unknown()),
});
const refusalPart = z.extend(marked, { refusal: z.string() });
const imagePart = z.extend(marked, { image_url: text, file_id: text, detail: text });
const filePart = z.extend(marked, { file_data: text, file_id: text, file_url: text, filename: text, detail: text });
const typed = z.looseObject({ type: z.string() });

function readMark({ prompt_cache_breakpoint: given }: z.infer<typeof marked>): CacheMark | undefined {
  return given ? { ttl: given.ttl ?? undefined } : undefined;
}

type Read = (value: unknown, path: Path, log: TranslationLog) => Part | undefined;

function readText(value: unknown, path: Path, log: TranslationLog): Part | undefined {
  const part = readPart(textPart, value, path, log);
  return part && { type: 'text', text: part.text, cache: readMark(part) };
}

function readRefusal(value: unknown, path: Path, log: TranslationLog): Part | undefined {
  const part = readPart(refusalPart, value, path, log);
  return part && { type: 'refusal', text: part.refusal };
}

function readImage(value: unknown, path: Path, log: TranslationLog): ImagePart | undefined {
  const part = readPart(imagePart, value, path, log);
  if (part === undefined) return undefined;
  const at = formatPath(path);
  const source: Source | undefined = part.image_url
    ? readUrl(part.image_url)
    : part.file_id
      ? { kind: 'file', id: part.file_id }
      : undefined;
  if (source === undefined) log.refuse(at, 'The image has neither data nor an id.');
  return source && { type: 'image', source, detail: part.detail ?? undefined, cache: readMark(part), at };
}

function sourceOfFile({ file_data, file_id, file_url, filename }: z.infer<typeof filePart>): Source | undefined {
  if (file_id) return { kind: 'file', id: file_id };
  if (file_url) return readUrl(file_url);
  if (!file_data) return undefined;
  const source = readUrl(file_data);
  const mediaType = mediaTypeOfName(filename ?? '') ?? 'application/pdf';
  if (source.kind === 'base64') return source.mediaType === '' ? { ...source, mediaType } : source;
  return { kind: 'base64', mediaType, data: file_data };
}

function readFile(value: unknown, path: Path, log: TranslationLog): DocumentPart | undefined {
  const part = readPart(filePart, value, path, log);
  if (part === undefined) return undefined;
  const at = formatPath(path);
  const source = sourceOfFile(part);
  if (source === undefined) log.refuse(at, 'The file has neither data nor an id.');
  return source && { type: 'document', source, name: part.filename ?? undefined, cache: readMark(part), at };
}

const readers: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['input_text', readText],
  ['output_text', readText],
  ['text', readText],
  ['summary_text', readText],
  ['refusal', readRefusal],
  ['input_image', readImage],
  ['input_file', readFile],
]);

export function toNative(value: unknown, name: string, path: Path): NativePart {
  return { type: 'native', dialect: 'responses', name, value, at: formatPath(path) };
}

/** A message's content, or what a tool returned: a string or parts. */
export function readContent(content: unknown, path: Path, log: TranslationLog): Part[] {
  if (content === null || content === undefined) return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  const parts: readonly unknown[] = Array.isArray(content) ? content : [];
  return parts.flatMap((value, index) => {
    const at = [...path, index];
    const part = parseInput(typed, value, at);
    if (!part.ok) {
      log.reject(part.refusal);
      return [];
    }
    const { type } = part.value;
    const read = readers.get(type);
    return (read === undefined ? toNative(value, type, at) : read(value, at, log)) ?? [];
  });
}
