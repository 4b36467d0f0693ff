import * as z from 'zod/mini';
import type { Message } from '../../../domain/conversation/generation-request.ts';
import type { DocumentPart, ImagePart, NativePart, Part, TextPart } from '../../../domain/conversation/parts.ts';
import { type Path, readPart } from '../../../domain/conversation/read-part.ts';
import type { TranslationLog } from '../../../domain/conversation/translation-log.ts';
import { formatPath } from '../../../domain/parse-input.ts';
import { readReasoningDetails, reasoningDetails } from '../reasoning-details.ts';
import { readContent } from './content.ts';

// The messages of Chat Completions. An answer comes back here as the gateway, or another server, once wrote it.

const text = z.nullish(z.string());
const content = z.nullish(z.union([z.string(), z.array(z.unknown())]));

const toolCall = z.looseObject({
  id: z.string(),
  type: text,
  function: z.nullish(z.object({ name: z.string(), arguments: z.string() })),
  custom: z.nullish(z.object({ name: z.string(), input: z.string() })),
  /** Google's, for the signature of a thought. */
  extra_content: z.nullish(z.object({ google: z.nullish(z.object({ thought_signature: text })) })),
  index: z.nullish(z.number()),
});
type ToolCall = z.infer<typeof toolCall>;

const message = z.object({
  role: z.string(),
  content,
  name: text,
  refusal: text,
  tool_calls: z.nullish(z.array(toolCall)),
  tool_call_id: text,
  reasoning_details: z.nullish(reasoningDetails),
  reasoning_content: text,
  reasoning: text,
  phase: text,
  // What an SDK adds to an answer, and what the answer's text says as well.
  annotations: z.nullish(z.unknown()),
  parsed: z.nullish(z.unknown()),
  audio: z.nullish(z.unknown()),
  function_call: z.nullish(z.unknown()),
});
type WireMessage = z.infer<typeof message>;

function readToolCall(call: ToolCall, at: string, log: TranslationLog): Part[] {
  const signature = call.extra_content?.google?.thought_signature;
  const seal: Part[] = signature
    ? [{ type: 'reasoning', text: '', seal: { origin: 'gemini', kind: 'signature', value: signature } }]
    : [];
  const { id, function: called, custom } = call;
  if (called) return [...seal, { type: 'tool_call', id, name: called.name, input: called.arguments, at }];
  if (custom) return [...seal, { type: 'tool_call', id, name: custom.name, input: custom.input, isFreeText: true, at }];
  log.refuse(at);
  return [];
}

function readReasoning(wire: WireMessage): Part[] {
  if (wire.reasoning_details && wire.reasoning_details.length > 0) return readReasoningDetails(wire.reasoning_details);
  const said = wire.reasoning_content ?? wire.reasoning;
  return said ? [{ type: 'reasoning', text: said }] : [];
}

function readAssistant(wire: WireMessage, path: Path, log: TranslationLog): Part[] {
  if (wire.audio) log.refuse(formatPath([...path, 'audio']));
  if (wire.function_call) log.refuse(formatPath([...path, 'function_call']));
  const calls = wire.tool_calls ?? [];
  return [
    ...readReasoning(wire),
    ...readContent(wire.content, [...path, 'content'], log),
    ...(wire.refusal ? [{ type: 'refusal', text: wire.refusal } as const] : []),
    ...calls.flatMap((call, index) => readToolCall(call, formatPath([...path, 'tool_calls', index]), log)),
  ];
}

type ResultPart = TextPart | ImagePart | DocumentPart | NativePart;

const isResultPart = (part: Part): part is ResultPart =>
  part.type === 'text' || part.type === 'image' || part.type === 'document' || part.type === 'native';

function readToolResult(wire: WireMessage, path: Path, log: TranslationLog): Part[] {
  const callId = wire.tool_call_id;
  if (!callId) {
    log.refuse(formatPath([...path, 'tool_call_id']), 'A message of role `tool` must name the call that it answers.');
    return [];
  }
  const parts = readContent(wire.content, [...path, 'content'], log).filter(isResultPart);
  return [{ type: 'tool_result', callId, content: parts, at: formatPath(path) }];
}

const roles: ReadonlySet<string> = new Set(['system', 'developer', 'user', 'assistant', 'tool']);

function roleOf(role: string): Message['role'] {
  return role === 'system' || role === 'developer' || role === 'assistant' ? role : 'user';
}

function readParts(wire: WireMessage, path: Path, log: TranslationLog): Part[] {
  if (wire.role === 'tool') return readToolResult(wire, path, log);
  if (wire.role === 'assistant') return readAssistant(wire, path, log);
  return readContent(wire.content, [...path, 'content'], log);
}

export function readMessage(value: unknown, path: Path, log: TranslationLog): Message | undefined {
  const wire = readPart(message, value, path, log);
  if (wire === undefined) return undefined;
  if (!roles.has(wire.role)) {
    log.refuse(formatPath([...path, 'role']));
    return undefined;
  }
  return {
    role: roleOf(wire.role),
    parts: readParts(wire, path, log),
    name: wire.name ?? undefined,
    phase: wire.phase ?? undefined,
    at: formatPath(path),
  };
}
