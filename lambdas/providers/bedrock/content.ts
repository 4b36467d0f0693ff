import type { CacheMark, Part, ReasoningPart, ToolCallPart, ToolResultPart } from '../../domain/conversation/parts.ts';
import { readToolInput } from '../../domain/conversation/tool-input.ts';
import { type DocumentNaming, writeMedia } from './media.ts';
import { isReadable } from './seals.ts';

export interface Writing extends DocumentNaming {
  readonly nameOf: (callId: string) => string;
  /** A mark of the cache is a block of its own, behind what it marks. */
  readonly mark: (cache: CacheMark | undefined) => object | undefined;
}

/** Bedrock takes no text without a character in it that shows. */
const writeText = (text: string) => (text.trim() === '' ? [] : [{ text }]);

function writeCall({ id, name, input: text }: ToolCallPart, { log, nameOf }: Writing): object {
  const { input, isObject } = readToolInput(text);
  if (!isObject) log.lose('toolArguments');
  return { toolUse: { toolUseId: nameOf(id), name, input } };
}

function writeResult({ callId, content, isError }: ToolResultPart, writing: Writing): object {
  const blocks = content.flatMap((piece) => writeBlock(piece, writing));
  // Only some models take a status, and only a failure has to be said.
  const status = isError === true ? 'error' : undefined;
  return { toolResult: { toolUseId: writing.nameOf(callId), content: blocks, status } };
}

function writeReasoning({ text, seal }: ReasoningPart, { log }: Writing): object[] {
  if (!isReadable(seal)) {
    log.lose('reasoningPart');
    return [];
  }
  if (seal.kind === 'encrypted') return [{ reasoningContent: { redactedContent: seal.value } }];
  return [{ reasoningContent: { reasoningText: { text, signature: seal.value } } }];
}

function writeBlock(part: Part, writing: Writing): object[] {
  const { log } = writing;
  switch (part.type) {
    case 'text':
      if (part.citations?.length) log.lose('citations');
      return writeText(part.text);
    case 'refusal':
      return writeText(part.text);
    case 'image':
      if (part.detail !== undefined && part.detail !== 'auto') log.lose('imageDetail');
      return writeMedia(part, writing);
    case 'document':
      return writeMedia(part, writing);
    case 'audio':
      return [{ audio: { format: part.format, source: { bytes: part.data } } }];
    case 'tool_call':
      return [writeCall(part, writing)];
    case 'tool_result':
      return [writeResult(part, writing)];
    case 'reasoning':
      return writeReasoning(part, writing);
    case 'native':
      log.lose('nativePart', part.at);
      return [];
  }
}

/** The blocks of a message, each with its mark behind it. */
export function writeBlocks(parts: readonly Part[], writing: Writing): object[] {
  return parts.flatMap((part) => {
    const blocks = writeBlock(part, writing);
    const mark = writing.mark(part.cache);
    return mark === undefined || blocks.length === 0 ? blocks : [...blocks, mark];
  });
}
