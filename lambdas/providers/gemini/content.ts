import { mediaTypeOfName, toBase64 } from '../../domain/conversation/media.ts';
import type { Part, ReasoningPart, Source, ToolCallPart, ToolResultPart } from '../../domain/conversation/parts.ts';
import { readToolInput } from '../../domain/conversation/tool-input.ts';
import type { TranslationLog } from '../../domain/conversation/translation-log.ts';
import { isOfText } from './seals.ts';

export interface Writing {
  readonly log: TranslationLog;
  /** The tool whose call a result answers. */
  readonly toolOf: (callId: string) => string;
  readonly hasResultMedia: boolean;
  readonly needsSignatures: boolean;
}

/** Google's own word for a call whose signature is not known: https://ai.google.dev/gemini-api/docs/thought-signatures */
const unsigned = 'skip_thought_signature_validator';

interface Placed {
  readonly source: Source;
  readonly at?: string | undefined;
}

function writeMedia({ source, at }: Placed, usual: string, log: TranslationLog): object {
  switch (source.kind) {
    case 'base64':
      return { inlineData: { mimeType: source.mediaType, data: source.data } };
    case 'text':
      return { inlineData: { mimeType: 'text/plain', data: toBase64(source.text) } };
    case 'url': {
      const mimeType = source.mediaType ?? mediaTypeOfName(source.url) ?? usual;
      return { fileData: { mimeType, fileUri: source.url } };
    }
    case 'file':
      log.lose('fileId', at);
      return {};
  }
}

/** `before`: what stands before the call. `isFirst`: of several beside one another, the first is signed for all. */
function writeCall(call: ToolCallPart, before: Part | undefined, isFirst: boolean, writing: Writing): object {
  const { input, isObject } = readToolInput(call.input);
  if (!isObject) writing.log.lose('toolArguments');
  const seal = before?.type === 'reasoning' && before.text === '' && !isOfText(before.seal) ? before.seal : undefined;
  const own = seal?.origin === 'gemini' ? seal.value : undefined;
  const thoughtSignature = own ?? (writing.needsSignatures && isFirst ? unsigned : undefined);
  return { functionCall: { id: call.id, name: call.name, args: input }, thoughtSignature };
}

function writeThought({ text, seal }: ReasoningPart, next: Part | undefined, { log }: Writing): object[] {
  if (seal?.origin !== 'gemini') {
    log.lose('reasoningPart');
    return [];
  }
  // An empty one that is not of a text stands on the call behind it.
  if (text === '' && next?.type === 'tool_call' && !isOfText(seal)) return [];
  return [{ text, ...(text !== '' && { thought: true }), thoughtSignature: seal.value }];
}

function writeResult({ callId, content, isError }: ToolResultPart, writing: Writing): object[] {
  const said = content.flatMap((piece) => (piece.type === 'text' ? [piece.text] : [])).join('\n');
  const media = content.flatMap((piece) => writeSaid(piece, writing).filter(() => piece.type !== 'text'));
  const response = isError === true ? { error: said } : { output: said };
  const parts = writing.hasResultMedia && media.length > 0 ? media : undefined;
  const functionResponse = { id: callId, name: writing.toolOf(callId), response, parts };
  return [{ functionResponse }, ...(writing.hasResultMedia ? [] : media)];
}

function loseMarks(part: Part, log: TranslationLog): void {
  if (part.cache !== undefined) log.lose('cacheMark');
  if (part.type === 'document' && part.context !== undefined) log.lose('documentContext');
  if (part.type === 'document' && part.isCited === true) log.lose('citations');
  if (part.type === 'text' && part.citations?.length) log.lose('citations');
  if (part.type === 'image' && part.detail !== undefined && part.detail !== 'auto') log.lose('imageDetail');
}

/** What a user says or shows, or a tool returns. */
function writeSaid(part: Part, writing: Writing): object[] {
  const { log } = writing;
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ text: part.text }];
    case 'image':
      return [writeMedia(part, 'image/jpeg', log)];
    case 'document':
      return [writeMedia(part, 'application/pdf', log)];
    case 'audio':
      return [
        { inlineData: { mimeType: mediaTypeOfName(`x.${part.format}`) ?? `audio/${part.format}`, data: part.data } },
      ];
    case 'tool_result':
      return writeResult(part, writing);
    case 'native':
      log.lose('nativePart', part.at);
      return [];
    default:
      return [];
  }
}

/** The parts of one message. */
export function writeParts(parts: readonly Part[], writing: Writing): object[] {
  const firstCall = parts.find(({ type }) => type === 'tool_call');
  return parts.flatMap((part, index) => {
    loseMarks(part, writing.log);
    if (part.type === 'reasoning') return writeThought(part, parts[index + 1], writing);
    if (part.type === 'tool_call') return [writeCall(part, parts[index - 1], part === firstCall, writing)];
    return writeSaid(part, writing);
  });
}
