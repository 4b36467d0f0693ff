import { writeDataUrl } from '../../../domain/conversation/media.ts';
import type { Citation, ImagePart, OutputPart } from '../../../domain/conversation/parts.ts';
import { writeReasoningDetail } from '../reasoning-details.ts';
import { sealOfCall, writeToolCall } from '../tool-call.ts';

// The pieces of an answer, as whole completions and chunks have them alike.

/** `textStart`: where the text that cites begins in the content. Undefined: this dialect cites nothing but URLs. */
export function writeAnnotation(citation: Citation, textStart: number, textLength: number): object | undefined {
  const { url, title, textFrom, textTo } = citation;
  if (url === undefined) return undefined;
  const start_index = textStart + (textFrom ?? 0);
  const end_index = textStart + (textTo ?? textLength);
  return { type: 'url_citation', url_citation: { url, title: title ?? url, start_index, end_index } };
}

export function writeImage({ source }: ImagePart): object | undefined {
  if (source.kind === 'url') return { type: 'image_url', image_url: { url: source.url } };
  if (source.kind !== 'base64') return undefined;
  return { type: 'image_url', image_url: { url: writeDataUrl(source.mediaType, source.data) } };
}

interface WrittenMessage {
  readonly message: object;
  readonly dropped: readonly string[];
}

function writeContent(parts: readonly OutputPart[]) {
  let content = '';
  const annotations: object[] = [];
  let isCitationLost = false;
  for (const part of parts) {
    if (part.type !== 'text') continue;
    for (const citation of part.citations ?? []) {
      const annotation = writeAnnotation(citation, content.length, part.text.length);
      if (annotation === undefined) isCitationLost = true;
      else annotations.push(annotation);
    }
    content += part.text;
  }
  const hasText = parts.some(({ type }) => type === 'text');
  return { content: hasText ? content : null, annotations, isCitationLost };
}

function writeReasoning(parts: readonly OutputPart[]): object {
  const reasoning = parts.flatMap((part, index) => {
    const isOnCall = parts[index + 1]?.type === 'tool_call' && sealOfCall(part) !== undefined;
    return part.type === 'reasoning' && !isOnCall ? [part] : [];
  });
  const said = reasoning.map(({ text }) => text).join('');
  const isSealed = reasoning.some(({ seal }) => seal !== undefined);
  return {
    ...(said !== '' && { reasoning_content: said }),
    ...(isSealed && { reasoning_details: reasoning.flatMap((part, index) => writeReasoningDetail(part, index)) }),
  };
}

/** `explanation`: why the provider refused. */
export function writeMessage(parts: readonly OutputPart[], explanation: string | undefined): WrittenMessage {
  const { content, annotations, isCitationLost } = writeContent(parts);
  const refusals = parts.flatMap((part) => (part.type === 'refusal' ? [part.text] : []));
  const images = parts.flatMap((part) => (part.type === 'image' ? (writeImage(part) ?? []) : []));
  const calls = parts.flatMap((part, index) =>
    part.type === 'tool_call' ? [writeToolCall(part, sealOfCall(parts[index - 1]))] : [],
  );
  const refusal = refusals.length > 0 ? refusals.join('') : (explanation ?? null);
  return {
    message: {
      role: 'assistant',
      content,
      refusal,
      ...(annotations.length > 0 && { annotations }),
      ...writeReasoning(parts),
      ...(images.length > 0 && { images }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
    dropped: [
      ...parts.flatMap((part) => (part.type === 'native' ? [part.name] : [])),
      ...(isCitationLost ? ['citations'] : []),
    ],
  };
}
