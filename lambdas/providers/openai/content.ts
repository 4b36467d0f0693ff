import { extensionOf, mediaTypeOfName, writeDataUrl } from '../../domain/conversation/media.ts';
import type {
  CacheMark,
  DocumentPart,
  ImagePart,
  Part,
  TextPart,
  ToolResultPart,
} from '../../domain/conversation/parts.ts';
import type { TranslationLog } from '../../domain/conversation/translation-log.ts';
import type { Quirks } from './quirks.ts';

export interface Writing {
  readonly quirks: Quirks;
  readonly log: TranslationLog;
  readonly nameOf: (callId: string) => string;
}

/** A mark is a wish: where its life is not to be had, the usual one is. */
export function writeCacheMark(cache: CacheMark | undefined, { quirks, log }: Writing): object {
  if (cache === undefined) return {};
  if (quirks.cacheMark === 'cache_control') {
    return {
      cache_control: { type: 'ephemeral', ttl: cache.ttl === '1h' || cache.ttl === '5m' ? cache.ttl : undefined },
    };
  }
  if (quirks.cacheMark === 'prompt_cache_breakpoint') return { prompt_cache_breakpoint: { mode: 'explicit' } };
  log.lose('cacheMark');
  return {};
}

function writeText(part: TextPart, writing: Writing): object {
  if (part.citations?.length) writing.log.lose('citations');
  return { type: 'text', text: part.text, ...writeCacheMark(part.cache, writing) };
}

function writeImage({ source, detail, cache, at }: ImagePart, writing: Writing): object {
  const mark = writeCacheMark(cache, writing);
  switch (source.kind) {
    case 'base64':
      return { type: 'image_url', image_url: { url: writeDataUrl(source.mediaType, source.data), detail }, ...mark };
    case 'url':
      return { type: 'image_url', image_url: { url: source.url, detail }, ...mark };
    default:
      writing.log.lose('fileId', at);
      return {};
  }
}

function nameFile(name: string | undefined, mediaType: string): string {
  const isNamed = name !== undefined && mediaTypeOfName(name) !== undefined;
  return isNamed ? name : `${name ?? 'document'}.${extensionOf(mediaType) ?? 'bin'}`;
}

function writeDocument(part: DocumentPart, writing: Writing): object {
  const { source, name, at } = part;
  const { log } = writing;
  if (part.context !== undefined) log.lose('documentContext');
  if (part.isCited === true) log.lose('citations');
  const mark = writeCacheMark(part.cache, writing);
  switch (source.kind) {
    case 'text':
      return { type: 'text', text: name === undefined ? source.text : `${name}\n\n${source.text}`, ...mark };
    case 'base64': {
      const data = writeDataUrl(source.mediaType, source.data);
      return { type: 'file', file: { filename: nameFile(name, source.mediaType), file_data: data }, ...mark };
    }
    case 'url':
      log.lose('document', at);
      return {};
    case 'file':
      log.lose('fileId', at);
      return {};
  }
}

/** A part of what a user says. */
export function writeContentPart(part: Part, writing: Writing): object[] {
  switch (part.type) {
    case 'text':
      return [writeText(part, writing)];
    case 'image':
      return [writeImage(part, writing)];
    case 'document':
      return [writeDocument(part, writing)];
    case 'audio':
      return [
        {
          type: 'input_audio',
          input_audio: { data: part.data, format: part.format },
          ...writeCacheMark(part.cache, writing),
        },
      ];
    case 'native':
      writing.log.lose('nativePart', part.at);
      return [];
    default:
      return [];
  }
}

/** One plain text as a string, since every server takes that; else parts. */
export function writeTexts(parts: readonly TextPart[], writing: Writing): string | object[] | null {
  const [first] = parts;
  if (first === undefined) return null;
  const isPlain = parts.length === 1 && (first.cache === undefined || writing.quirks.cacheMark === 'none');
  const texts = parts.map((part) => writeText(part, writing));
  return isPlain ? first.text : texts;
}

export interface WrittenResult {
  readonly message: object;
  /** What a message of role `tool` cannot hold, and follows it as the user's. */
  readonly media: readonly object[];
}

export function writeToolResult(part: ToolResultPart, writing: Writing): WrittenResult {
  if (part.isError === true) writing.log.lose('toolError');
  if (part.cache !== undefined) writing.log.lose('cacheMark');
  const texts = part.content.flatMap((piece) => (piece.type === 'text' ? [piece] : []));
  const others = part.content.filter(({ type }) => type !== 'text');
  const id = writing.nameOf(part.callId);
  const media = others.flatMap((piece) => writeContentPart(piece, writing));
  const lead = { type: 'text', text: `From the tool call ${id}:` };
  return {
    message: { role: 'tool', tool_call_id: id, content: writeTexts(texts, writing) ?? '' },
    media: media.length === 0 ? [] : [lead, ...media],
  };
}
