import * as z from 'zod/mini';
import { accept, type Outcome } from '../errors.ts';
import { parseInput } from '../parse-input.ts';
import { refuseMissingModel } from './missing-model.ts';
import { findDearTier, findPresent, isPresent, type Medium, type Outline, readField } from './outline.ts';

// What the gateway itself must understand of a request in Anthropic's dialect, whoever answers it.

const block = z.looseObject({ type: z.string() });
type Block = z.infer<typeof block>;

const message = z.looseObject({
  role: z.string().check(z.minLength(1)),
  content: z.union([z.string(), z.array(block)]),
});

const counted = z.looseObject({
  model: z.string(),
  messages: z.array(message).check(z.minLength(1)),
  system: z.nullish(z.union([z.string(), z.array(block)])),
  tools: z.nullish(z.array(z.looseObject({ type: z.nullish(z.string()) }))),
});

const messageRequest = z.extend(counted, {
  max_tokens: z.int().check(z.gte(1)),
  stream: z.nullish(z.boolean()),
  temperature: z.nullish(z.number()),
  stop_sequences: z.nullish(z.array(z.string())),
});
type Counted = z.infer<typeof counted>;

/** Blocks that hold their whole content as text, or as what is never shorter. */
const textTypes: ReadonlySet<unknown> = new Set([
  'text',
  'thinking',
  'redacted_thinking',
  'tool_use',
  'server_tool_use',
  'search_result',
]);

/** Of a document or a tool's result: what it holds, in its turn. */
function outlineInner(content: unknown, param: string): Medium[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((inner: unknown, index) => {
    const { data } = z.safeParse(block, inner);
    return data === undefined ? [] : outlineBlock(data, `${param}[${index}]`);
  });
}

function outlineDocument({ source }: Block, param: string): Medium[] {
  const type = readField(source, 'type');
  if (type === 'text') return [];
  if (type === 'content') return outlineInner(readField(source, 'content'), `${param}.source.content`);
  // A page counts as text and as an image; how many there are is not to be seen from here.
  return [{ param, kind: 'other', inlineLength: 0 }];
}

function outlineBlock(part: Block, param: string): Medium[] {
  if (textTypes.has(part.type)) return [];
  if (part.type === 'tool_result') return outlineInner(part['content'], `${param}.content`);
  if (part.type === 'document') return outlineDocument(part, param);
  const data = readField(part['source'], 'data');
  const isImage = part.type === 'image' && readField(part['source'], 'type') !== 'file';
  return [
    { param, kind: isImage ? 'image' : 'other', inlineLength: isImage && typeof data === 'string' ? data.length : 0 },
  ];
}

/** Tools that Anthropic describes and the client runs; all others but the client's own run, and cost, at Anthropic. */
const clientTools = /^(custom|bash_\d+|text_editor_\d+|computer_\d+|memory_\d+)$/;

/** State, or what is dearer than the published price: other tools' servers, another speed, another place. */
const openEnded = ['container', 'mcp_servers', 'speed', 'inference_geo', 'fallbacks'] as const;

function findSurcharge(request: Counted): string | undefined {
  const field = findPresent(request, openEnded);
  if (field !== undefined) return field;
  const tool = request.tools?.findIndex(({ type }) => isPresent(type) && !clientTools.test(type ?? '')) ?? -1;
  return tool === -1 ? findDearTier(request) : `tools[${tool}]`;
}

function outline(request: Counted): Omit<Outline, 'isStreamed' | 'output'> {
  const { model, messages, system, tools } = request;
  const media = messages.flatMap(({ content }, index) => outlineInner(content, `messages[${index}].content`));
  return {
    model,
    wantsUsage: true,
    media: [...outlineInner(system, 'system'), ...media],
    // Each tool of Anthropic's own comes with a description of its own.
    tools: tools == null ? 0 : 1 + tools.filter(({ type }) => isPresent(type) && type !== 'custom').length,
    surcharge: findSurcharge(request),
  };
}

/** Names the first field at fault. */
export function readMessageRequest(value: object): Outcome<Outline> {
  const missing = refuseMissingModel(value);
  if (missing !== undefined) return missing;
  const parsed = parseInput(messageRequest, value);
  if (!parsed.ok) return parsed;
  const { max_tokens, stream } = parsed.value;
  const output = { choices: 1, limits: { max_tokens }, limitField: 'max_tokens' } as const;
  return accept({ ...outline(parsed.value), isStreamed: stream === true, output });
}

/** As `readMessageRequest`, of a request whose tokens are only to be counted. */
export function readCountRequest(value: object): Outcome<Outline> {
  const missing = refuseMissingModel(value);
  if (missing !== undefined) return missing;
  const parsed = parseInput(counted, value);
  if (!parsed.ok) return parsed;
  return accept({ ...outline(parsed.value), isStreamed: false, isFree: true, output: { choices: 0, limits: {} } });
}
