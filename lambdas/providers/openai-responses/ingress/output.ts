import type { TokenLogprob } from '../../../domain/conversation/generation.ts';
import type { Citation, OutputPart, Seal } from '../../../domain/conversation/parts.ts';
import { packSeal } from '../../../domain/conversation/seals.ts';

// The items of an answer, as whole responses and streams have them alike.

/** Undefined: this dialect cites nothing but URLs and files. */
export function writeAnnotation(
  { url, title, textFrom, textTo, fileId }: Citation,
  textLength: number,
): object | undefined {
  if (url !== undefined) {
    const end_index = textTo ?? textLength;
    return { type: 'url_citation', url, title: title ?? url, start_index: textFrom ?? 0, end_index };
  }
  if (fileId === undefined) return undefined;
  return { type: 'file_citation', file_id: fileId, filename: title ?? '', index: textTo ?? textLength };
}

export function writeLogprobs(logprobs: readonly TokenLogprob[] | undefined): object[] {
  return (logprobs ?? []).map(({ token, logprob, bytes, top }) => ({ token, logprob, bytes, top_logprobs: top }));
}

export function writeText(text: string, annotations: readonly object[], logprobs: readonly object[]): object {
  return { type: 'output_text', text, annotations, logprobs };
}

export function writeMessage(id: string, status: string, content: readonly object[]): object {
  return { id, type: 'message', status, role: 'assistant', content };
}

/** The seal's id travels within it: the item's own has to be known before the seal is. */
export function writeReasoning(id: string, text: string, seal: Seal | undefined): object {
  const summary = text === '' ? [] : [{ type: 'summary_text', text }];
  return { id, type: 'reasoning', summary, ...(seal && { encrypted_content: packSeal(seal, 'openai') }) };
}

interface CallToWrite {
  readonly id: string;
  readonly name: string;
  readonly input: string;
  readonly isFreeText?: boolean | undefined;
}

export function writeCall(itemId: string, status: string, { id, name, input, isFreeText }: CallToWrite): object {
  const call = { id: itemId, status, call_id: id, name };
  return isFreeText === true
    ? { ...call, type: 'custom_tool_call', input }
    : { ...call, type: 'function_call', arguments: input };
}

const stems = { text: 'msg', refusal: 'msg', reasoning: 'rs', tool_call: 'fc', image: 'ig', native: 'x' } as const;

/** Ids in the manner of OpenAI's, made of the answer's own. */
export function nameItem(answerId: string, type: OutputPart['type'], index: number): string {
  return `${stems[type]}_${answerId.replace(/^\w+?_/, '')}_${index}`;
}

/** Undefined: this dialect has no word for it. */
export function writeItem(part: OutputPart, id: string, logprobs: readonly object[]): object | undefined {
  switch (part.type) {
    case 'text': {
      const annotations = (part.citations ?? []).flatMap(
        (citation) => writeAnnotation(citation, part.text.length) ?? [],
      );
      return writeMessage(id, 'completed', [writeText(part.text, annotations, logprobs)]);
    }
    case 'refusal':
      return writeMessage(id, 'completed', [{ type: 'refusal', refusal: part.text }]);
    case 'reasoning':
      return writeReasoning(id, part.text, part.seal);
    case 'tool_call':
      return writeCall(id, 'completed', part);
    case 'image': {
      const result = part.source.kind === 'base64' ? part.source.data : undefined;
      return result === undefined ? undefined : { id, type: 'image_generation_call', status: 'completed', result };
    }
    case 'native':
      return part.dialect === 'responses' && typeof part.value === 'object' && part.value !== null
        ? part.value
        : undefined;
  }
}
