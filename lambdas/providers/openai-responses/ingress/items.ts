import * as z from 'zod/mini';
import type { Message } from '../../../domain/conversation/generation-request.ts';
import type { Part, ToolResultPart } from '../../../domain/conversation/parts.ts';
import { type Path, readPart } from '../../../domain/conversation/read-part.ts';
import type { TranslationLog } from '../../../domain/conversation/translation-log.ts';
import { formatPath } from '../../../domain/parse-input.ts';
import { sealOf } from '../items.ts';
import { readContent, toNative } from './content.ts';

const text = z.nullish(z.string());
const content = z.nullish(z.union([z.string(), z.array(z.unknown())]));

const typed = z.looseObject({ type: text });
const message = z.object({
  type: text,
  id: text,
  status: text,
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content,
  phase: text,
});
const call = z.object({
  type: text,
  id: text,
  status: text,
  call_id: z.string(),
  name: z.string(),
  caller: z.nullish(z.unknown()),
});
const functionCall = z.extend(call, { arguments: z.string() });
const customCall = z.extend(call, { input: z.string() });
const output = z.object({
  type: text,
  id: text,
  status: text,
  call_id: z.string(),
  output: content,
  caller: z.nullish(z.unknown()),
});
const said = z.nullish(z.array(z.looseObject({ type: text, text: z.string() })));
const reasoning = z.object({
  type: text,
  id: text,
  status: text,
  summary: said,
  content: said,
  encrypted_content: text,
});

type Read = (value: unknown, path: Path, log: TranslationLog) => Message | undefined;

function readMessage(value: unknown, path: Path, log: TranslationLog): Message | undefined {
  const item = readPart(message, value, path, log);
  if (item === undefined) return undefined;
  const parts = readContent(item.content, [...path, 'content'], log);
  return { role: item.role, parts, phase: item.phase ?? undefined, at: formatPath(path) };
}

const ofAssistant = (part: Part, path: Path): Message => ({ role: 'assistant', parts: [part], at: formatPath(path) });

function readFunctionCall(value: unknown, path: Path, log: TranslationLog): Message | undefined {
  const item = readPart(functionCall, value, path, log);
  const at = formatPath(path);
  return item && ofAssistant({ type: 'tool_call', id: item.call_id, name: item.name, input: item.arguments, at }, path);
}

function readCustomCall(value: unknown, path: Path, log: TranslationLog): Message | undefined {
  const item = readPart(customCall, value, path, log);
  if (item === undefined) return undefined;
  const { call_id: id, name, input } = item;
  return ofAssistant({ type: 'tool_call', id, name, input, isFreeText: true, at: formatPath(path) }, path);
}

type ResultPart = ToolResultPart['content'][number];

const isResultPart = (part: Part): part is ResultPart =>
  part.type === 'text' || part.type === 'image' || part.type === 'document' || part.type === 'native';

function readOutput(value: unknown, path: Path, log: TranslationLog): Message | undefined {
  const item = readPart(output, value, path, log);
  if (item === undefined) return undefined;
  const parts = readContent(item.output, [...path, 'output'], log).filter(isResultPart);
  const at = formatPath(path);
  return { role: 'user', parts: [{ type: 'tool_result', callId: item.call_id, content: parts, at }], at };
}

function readReasoning(value: unknown, path: Path, log: TranslationLog): Message | undefined {
  const item = readPart(reasoning, value, path, log);
  if (item === undefined) return undefined;
  const pieces = item.summary?.length ? item.summary : (item.content ?? []);
  const seal = sealOf(item, 'openai');
  const words = pieces.map((piece) => piece.text).join('\n\n');
  return ofAssistant({ type: 'reasoning', text: words, ...(seal && { seal }) }, path);
}

const readers: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['message', readMessage],
  ['function_call', readFunctionCall],
  ['custom_tool_call', readCustomCall],
  ['function_call_output', readOutput],
  ['custom_tool_call_output', readOutput],
  ['reasoning', readReasoning],
]);

function readItem(value: unknown, path: Path, log: TranslationLog): Message | undefined {
  const type = z.safeParse(typed, value).data?.type ?? 'message';
  const read = readers.get(type);
  return read === undefined ? ofAssistant(toNative(value, type, path), path) : read(value, path, log);
}

function isSameTurn(last: Message, item: Message): boolean {
  const isOfAssistant = last.role === 'assistant' && item.role === 'assistant';
  return isOfAssistant && (last.phase === undefined || item.phase === undefined || last.phase === item.phase);
}

/** What the model did in one turn is one message: its thoughts, its words, its calls. */
function gatherTurns(messages: readonly Message[]): Message[] {
  const turns: Message[] = [];
  for (const item of messages) {
    const last = turns.at(-1);
    if (last === undefined || !isSameTurn(last, item)) turns.push(item);
    else {
      turns[turns.length - 1] = { ...last, parts: [...last.parts, ...item.parts], phase: last.phase ?? item.phase };
    }
  }
  return turns;
}

export function readInput(input: unknown, log: TranslationLog): Message[] {
  if (typeof input === 'string') return [{ role: 'user', parts: [{ type: 'text', text: input }], at: 'input' }];
  const items: readonly unknown[] = Array.isArray(input) ? input : [];
  return gatherTurns(items.flatMap((value, index) => readItem(value, ['input', index], log) ?? []));
}
