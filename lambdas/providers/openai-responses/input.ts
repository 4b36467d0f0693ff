import type { Message } from '../../domain/conversation/generation-request.ts';
import type { Part, ReasoningPart, RefusalPart, TextPart, ToolCallPart } from '../../domain/conversation/parts.ts';
import { type Writing, writeInput, writeResult } from './content.ts';

function writeReasoning({ text, seal }: ReasoningPart, { origin, log }: Writing): object[] {
  if (seal === undefined || seal.origin !== origin || seal.kind !== 'encrypted') {
    log.lose('reasoningPart');
    return [];
  }
  const summary = text === '' ? [] : [{ type: 'summary_text', text }];
  return [{ type: 'reasoning', id: seal.id, summary, encrypted_content: seal.value }];
}

function writeCall({ id, name, input, isFreeText, cache }: ToolCallPart, { nameOf, log }: Writing): object {
  if (cache !== undefined) log.lose('cacheMark');
  const call_id = nameOf(id);
  return isFreeText === true
    ? { type: 'custom_tool_call', call_id, name, input }
    : { type: 'function_call', call_id, name, arguments: input };
}

type Spoken = TextPart | RefusalPart;

const isSpoken = (part: Part): part is Spoken => part.type === 'text' || part.type === 'refusal';

function writeSpoken(parts: readonly Spoken[], phase: string | undefined, { log }: Writing): object[] {
  if (parts.some(({ cache }) => cache !== undefined)) log.lose('cacheMark');
  const content = parts.map((part) =>
    part.type === 'text' ? { type: 'output_text', text: part.text } : { type: 'refusal', refusal: part.text },
  );
  return parts.length === 0 ? [] : [{ role: 'assistant', content, phase }];
}

/** An item for each thing that the model did, in its order; what it said in between as one message. */
function writeAssistant({ parts, phase }: Message, writing: Writing): object[] {
  const items: object[] = [];
  let spoken: Spoken[] = [];
  const settle = () => {
    items.push(...writeSpoken(spoken, phase, writing));
    spoken = [];
  };
  for (const part of parts) {
    if (isSpoken(part)) {
      spoken.push(part);
      continue;
    }
    settle();
    if (part.type === 'reasoning') items.push(...writeReasoning(part, writing));
    else if (part.type === 'tool_call') items.push(writeCall(part, writing));
    else if (part.type === 'native') writing.log.lose('nativePart', part.at);
  }
  settle();
  return items;
}

/** One plain text as a string. */
function simplify(content: readonly object[]): string | readonly object[] {
  const [first] = content;
  const isPlain = content.length === 1 && first !== undefined && 'text' in first && Object.keys(first).length === 2;
  return isPlain && typeof first.text === 'string' ? first.text : content;
}

function writeSaid({ role, parts }: Message, writing: Writing): object[] {
  const results = parts.flatMap((part) => (part.type === 'tool_result' ? [writeResult(part, writing)] : []));
  const content = parts.flatMap((part) => writeInput(part, writing));
  const isSilent = content.length === 0 && results.length > 0;
  return isSilent ? results : [...results, { role, content: simplify(content) }];
}

/** A message as items of `input`. */
export function writeItems(message: Message, writing: Writing): object[] {
  if (message.name !== undefined) writing.log.lose('messageName');
  return message.role === 'assistant' ? writeAssistant(message, writing) : writeSaid(message, writing);
}
