import type { Message } from '../../domain/conversation/generation-request.ts';
import type { Part, ReasoningPart, TextPart } from '../../domain/conversation/parts.ts';
import { type Writing, writeContentPart, writeTexts, writeToolResult } from './content.ts';
import { writeReasoningDetail } from './reasoning-details.ts';
import { writeToolCall } from './tool-call.ts';

const textsOf = (parts: readonly Part[]): TextPart[] => parts.flatMap((part) => (part.type === 'text' ? [part] : []));

function writeReasoning(parts: readonly ReasoningPart[], { quirks, log }: Writing): object {
  if (parts.length === 0) return {};
  const said = parts.map(({ text }) => text).join('');
  switch (quirks.reasoningBack) {
    case 'none':
      log.lose('reasoningPart');
      return {};
    case 'reasoning_details':
      return { reasoning_details: parts.flatMap((part, index) => writeReasoningDetail(part, index)) };
    case 'thinking':
      return {};
    default:
      return said === '' ? {} : { [quirks.reasoningBack]: said };
  }
}

/** Mistral's: the reasoning is a part of the content. */
function withThinking(parts: readonly ReasoningPart[], content: string | object[] | null, { quirks }: Writing) {
  const said = parts.map(({ text }) => text).join('');
  if (quirks.reasoningBack !== 'thinking' || said === '') return content;
  const texts = typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);
  return [{ type: 'thinking', thinking: [{ type: 'text', text: said }] }, ...texts];
}

function writeAssistant({ parts, name }: Message, writing: Writing): object {
  const calls = parts.flatMap((part) =>
    part.type === 'tool_call' ? [writeToolCall({ ...part, id: writing.nameOf(part.id) })] : [],
  );
  const reasoning = parts.flatMap((part) => (part.type === 'reasoning' ? [part] : []));
  const refusal = parts.flatMap((part) => (part.type === 'refusal' ? [part.text] : [])).join('');
  for (const part of parts) {
    if (part.type === 'native') writing.log.lose('nativePart', part.at);
    else if (part.type === 'tool_call' && part.cache !== undefined) writing.log.lose('cacheMark');
  }
  return {
    role: 'assistant',
    name,
    content: withThinking(reasoning, writeTexts(textsOf(parts), writing), writing),
    ...(refusal !== '' && { refusal }),
    ...writeReasoning(reasoning, writing),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

/** The results first, as they have to follow the calls that they answer; then what the user says, and shows. */
function writeUser({ parts, name }: Message, writing: Writing): object[] {
  const results = parts.flatMap((part) => (part.type === 'tool_result' ? [writeToolResult(part, writing)] : []));
  const media = results.flatMap((result) => result.media);
  const said = parts.filter(({ type }) => type !== 'tool_result');
  const isText = said.every(({ type }) => type === 'text');
  const content =
    isText && media.length === 0
      ? writeTexts(textsOf(said), writing)
      : [...media, ...said.flatMap((part) => writeContentPart(part, writing))];
  const user = content === null && results.length > 0 ? [] : [{ role: 'user', name, content: content ?? '' }];
  return [...results.map(({ message }) => message), ...user];
}

function writeSystem({ role, parts, name }: Message, writing: Writing): object {
  const content = writeTexts(textsOf(parts), writing) ?? '';
  return { role: role === 'developer' && !writing.quirks.knowsDeveloper ? 'system' : role, name, content };
}

/** What a message says about itself, as far as the server knows such things. */
function withoutExtras(message: Message, { quirks, log }: Writing): Message {
  if (message.phase !== undefined) log.lose('phase');
  if (message.name === undefined || !quirks.lacks.includes('messageName')) return message;
  log.lose('messageName');
  return { ...message, name: undefined };
}

export function writeMessage(message: Message, writing: Writing): object[] {
  const bare = withoutExtras(message, writing);
  if (bare.role === 'assistant') return [writeAssistant(bare, writing)];
  return bare.role === 'user' ? writeUser(bare, writing) : [writeSystem(bare, writing)];
}
