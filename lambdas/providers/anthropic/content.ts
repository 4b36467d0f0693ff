import { fromBase64 } from '../../domain/conversation/media.ts';
import type {
  CacheMark,
  DocumentPart,
  ImagePart,
  Part,
  ReasoningPart,
  Source,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from '../../domain/conversation/parts.ts';
import { readToolInput } from '../../domain/conversation/tool-input.ts';
import type { TranslationLog } from '../../domain/conversation/translation-log.ts';
import { writeCitation } from './citations.ts';

export interface Writing {
  readonly log: TranslationLog;
  readonly nameOf: (callId: string) => string;
  /** Spends one of the marks that the provider takes. */
  readonly mark: (cache: CacheMark | undefined) => object | undefined;
  readonly hasSchemas: boolean;
}

/** Anthropic takes no text without a character in it that shows. */
const isEmpty = (part: Part) => part.type === 'text' && part.text.trim() === '';

function writeText(part: TextPart, { mark }: Writing): object {
  const citations = part.citations?.filter(({ kind, seal }) => kind !== 'url' || seal !== undefined) ?? [];
  return {
    type: 'text',
    text: part.text,
    ...(citations.length > 0 && { citations: citations.map(writeCitation) }),
    ...mark(part.cache),
  };
}

type NamedSource = Extract<Source, { kind: 'base64' | 'url' }>;

function writeSource(source: NamedSource): object {
  return source.kind === 'url'
    ? { type: 'url', url: source.url }
    : { type: 'base64', media_type: source.mediaType, data: source.data };
}

const images: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/jpg']);

function writeImage({ source, detail, cache, at }: ImagePart, { log, mark }: Writing): object {
  if (detail !== undefined && detail !== 'auto') log.lose('imageDetail');
  if (source.kind === 'file' || source.kind === 'text') {
    log.lose('fileId', at);
    return {};
  }
  return { type: 'image', source: writeSource(source), ...mark(cache) };
}

/** A file of text is text, and a PDF is a PDF; Anthropic reads nothing else. */
function writeDocumentSource({ source, at }: DocumentPart, log: TranslationLog): object {
  switch (source.kind) {
    case 'text':
      return { type: 'text', media_type: 'text/plain', data: source.text };
    case 'url':
      return { type: 'url', url: source.url };
    case 'file':
      log.lose('fileId', at);
      return {};
    case 'base64': {
      if (source.mediaType === 'application/pdf') return writeSource(source);
      const isText = source.mediaType.startsWith('text/') || source.mediaType === 'application/json';
      const data = isText ? fromBase64(source.data) : undefined;
      if (data === undefined) log.lose('document', at);
      return { type: 'text', media_type: 'text/plain', data };
    }
  }
}

function writeDocument(part: DocumentPart, writing: Writing): object {
  const { source, name, context, isCited, cache } = part;
  if (source.kind === 'base64' && images.has(source.mediaType)) return writeImage({ ...part, type: 'image' }, writing);
  return {
    type: 'document',
    source: writeDocumentSource(part, writing.log),
    title: name,
    context,
    ...(isCited === true && { citations: { enabled: true } }),
    ...writing.mark(cache),
  };
}

function writeReasoning({ text, seal }: ReasoningPart, log: TranslationLog): object[] {
  // Elsewhere Claude's redacted thoughts have another form, which bears a name.
  if (seal?.origin === 'anthropic' && seal.id === undefined) {
    return seal.kind === 'encrypted'
      ? [{ type: 'redacted_thinking', data: seal.value }]
      : [{ type: 'thinking', thinking: text, signature: seal.value }];
  }
  // What nobody vouches for is refused, and another's seal means nothing here.
  log.lose('reasoningPart');
  return [];
}

function writeToolCall({ id, name, input: text, cache }: ToolCallPart, { log, nameOf, mark }: Writing): object {
  const { input, isObject } = readToolInput(text);
  if (!isObject) log.lose('toolArguments');
  return { type: 'tool_use', id: nameOf(id), name, input, ...mark(cache) };
}

function writeToolResult({ callId, content, isError, cache }: ToolResultPart, writing: Writing): object {
  const pieces = content.filter((piece) => !isEmpty(piece));
  const [first] = pieces;
  const isPlain = pieces.length === 1 && first?.type === 'text' && first.cache === undefined;
  const blocks = isPlain ? first.text : pieces.flatMap((piece) => writeBlock(piece, writing));
  return {
    type: 'tool_result',
    tool_use_id: writing.nameOf(callId),
    content: pieces.length === 0 ? undefined : blocks,
    is_error: isError,
    ...writing.mark(cache),
  };
}

/** A part as a block; none where there is no saying it. */
export function writeBlock(part: Part, writing: Writing): object[] {
  const { log } = writing;
  switch (part.type) {
    case 'text':
      return isEmpty(part) ? [] : [writeText(part, writing)];
    case 'image':
      return [writeImage(part, writing)];
    case 'document':
      return [writeDocument(part, writing)];
    case 'tool_call':
      return [writeToolCall(part, writing)];
    case 'tool_result':
      return [writeToolResult(part, writing)];
    case 'reasoning':
      return writeReasoning(part, log);
    case 'refusal':
      return [{ type: 'text', text: part.text }];
    case 'audio':
      log.lose('audio', part.at);
      return [];
    case 'native':
      if (part.dialect === 'anthropic' && typeof part.value === 'object' && part.value !== null) return [part.value];
      log.lose('nativePart', part.at);
      return [];
  }
}
