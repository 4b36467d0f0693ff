import { extensionOf, mediaTypeOfName, writeDataUrl } from '../../domain/conversation/media.ts';
import type { CacheMark, DocumentPart, ImagePart, Part, ToolResultPart } from '../../domain/conversation/parts.ts';
import type { TranslationLog } from '../../domain/conversation/translation-log.ts';

export interface Writing {
  readonly log: TranslationLog;
  readonly nameOf: (callId: string) => string;
  readonly hasBreakpoints: boolean;
  /** Whose sealed reasoning it takes back. */
  readonly origin: 'openai' | 'xai';
  /** Calls of tools that take free text: their results have a type of their own. */
  readonly freeTextCalls: ReadonlySet<string>;
}

/** A mark is a wish: where its life is not to be had, the usual one is. */
function writeMark(cache: CacheMark | undefined, { hasBreakpoints, log }: Writing): object {
  if (cache === undefined) return {};
  if (hasBreakpoints) return { prompt_cache_breakpoint: { mode: 'explicit' } };
  log.lose('cacheMark');
  return {};
}

function writeImage({ source, detail = 'auto', cache, at }: ImagePart, writing: Writing): object {
  const mark = writeMark(cache, writing);
  if (source.kind === 'url') return { type: 'input_image', image_url: source.url, detail, ...mark };
  if (source.kind === 'base64') {
    return { type: 'input_image', image_url: writeDataUrl(source.mediaType, source.data), detail, ...mark };
  }
  writing.log.lose('fileId', at);
  return {};
}

function nameFile(name: string | undefined, mediaType: string): string {
  const isNamed = name !== undefined && mediaTypeOfName(name) !== undefined;
  return isNamed ? name : `${name ?? 'document'}.${extensionOf(mediaType) ?? 'bin'}`;
}

function writeDocument(part: DocumentPart, writing: Writing): object {
  const { source, name, at } = part;
  if (part.context !== undefined) writing.log.lose('documentContext');
  if (part.isCited === true) writing.log.lose('citations');
  const mark = writeMark(part.cache, writing);
  switch (source.kind) {
    case 'text':
      return { type: 'input_text', text: name === undefined ? source.text : `${name}\n\n${source.text}`, ...mark };
    case 'url':
      return { type: 'input_file', file_url: source.url, ...mark };
    case 'base64': {
      const file_data = writeDataUrl(source.mediaType, source.data);
      return { type: 'input_file', filename: nameFile(name, source.mediaType), file_data, ...mark };
    }
    case 'file':
      writing.log.lose('fileId', at);
      return {};
  }
}

/** A part of what is said to the model. */
export function writeInput(part: Part, writing: Writing): object[] {
  const { log } = writing;
  switch (part.type) {
    case 'text':
      if (part.citations?.length) log.lose('citations');
      return [{ type: 'input_text', text: part.text, ...writeMark(part.cache, writing) }];
    case 'image':
      return [writeImage(part, writing)];
    case 'document':
      return [writeDocument(part, writing)];
    case 'audio':
      log.lose('audio', part.at);
      return [];
    case 'native':
      log.lose('nativePart', part.at);
      return [];
    default:
      return [];
  }
}

export function writeResult(part: ToolResultPart, writing: Writing): object {
  const { callId, content, isError, cache } = part;
  if (isError === true) writing.log.lose('toolError');
  if (cache !== undefined) writing.log.lose('cacheMark');
  const [first] = content;
  const isPlain = content.length === 1 && first?.type === 'text' && first.cache === undefined;
  return {
    type: writing.freeTextCalls.has(callId) ? 'custom_tool_call_output' : 'function_call_output',
    call_id: writing.nameOf(callId),
    output: isPlain ? first.text : content.flatMap((piece) => writeInput(piece, writing)),
  };
}
