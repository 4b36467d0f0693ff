import { type ChatRequest, parseChatRequest } from '../chat/chat-request.ts';
import { accept, type Outcome } from '../errors.ts';
import {
  findDearTier,
  findPresent,
  inlineLengthOf,
  isPresent,
  type Medium,
  type Outline,
  readField,
} from './outline.ts';

/** What makes a provider search, run or call something else at a cost of its own, as often as the model likes. */
const openEnded = [
  'search_parameters',
  'search_settings',
  'compound_custom',
  'plugins',
  'models',
  'enable_search',
] as const;

/** The tools that the client itself runs: all others run, and cost, at the provider's. */
const clientTools: ReadonlySet<unknown> = new Set([undefined, null, 'function', 'custom']);

/** What refers to text that the provider keeps. */
const references = ['previous_response_id', 'conversation', 'prompt'] as const;

/** Parts that hold their whole content as text. */
const textTypes: ReadonlySet<unknown> = new Set(['text', 'refusal', 'thinking']);

type Message = ChatRequest['messages'][number];
type Part = Exclude<NonNullable<Message['content']>, string>[number];

function outlinePart(part: Part, param: string): Medium[] {
  if (textTypes.has(part.type)) return [];
  const image = part['image_url'];
  const url = typeof image === 'string' ? image : readField(image, 'url');
  if (part.type === 'image_url' && typeof url === 'string') {
    const detail = readField(image, 'detail');
    return [{ param, kind: 'image', inlineLength: inlineLengthOf(url, 'data:image/'), detail }];
  }
  const data = readField(part['input_audio'], 'data');
  if (part.type === 'input_audio' && typeof data === 'string') {
    return [{ param, kind: 'audio', inlineLength: data.length }];
  }
  return [{ param, kind: 'other', inlineLength: 0 }];
}

function outlineMessage(message: Message, index: number): Medium[] {
  const { content } = message;
  const param = `messages[${index}]`;
  const parts = typeof content === 'string' ? [] : (content ?? []);
  const media = parts.flatMap((part, at) => outlinePart(part, `${param}.content[${at}]`));
  // An earlier spoken answer, by its id.
  return message['audio'] == null ? media : [...media, { param: `${param}.audio`, kind: 'other', inlineLength: 0 }];
}

function findSurcharge(request: ChatRequest): string | undefined {
  const field = findPresent(request, openEnded);
  if (field !== undefined) return field;
  const tool = request.tools?.findIndex(({ type }) => !clientTools.has(type)) ?? -1;
  return tool === -1 ? undefined : `tools[${tool}]`;
}

function isSpoken({ modalities, audio }: ChatRequest): boolean {
  return audio != null || (Array.isArray(modalities) && modalities.includes('audio'));
}

function outlineChat(request: ChatRequest): Outline {
  const { model, stream, stream_options, tools, n, max_tokens, max_completion_tokens } = request;
  const hasTools = isPresent(tools) || isPresent(request['functions']);
  return {
    model,
    isStreamed: stream === true,
    wantsUsage: stream_options?.include_usage === true,
    media: request.messages.flatMap(outlineMessage),
    tools: hasTools ? 1 : 0,
    reference: findPresent(request, references),
    surcharge: findSurcharge(request) ?? findDearTier(request),
    search: findPresent(request, ['web_search_options']),
    output: {
      choices: n ?? 1,
      limits: {
        ...(max_tokens != null && { max_tokens }),
        ...(max_completion_tokens != null && { max_completion_tokens }),
      },
      isPredicted: request['prediction'] != null,
      isSpoken: isSpoken(request),
    },
  };
}

/** Names the first field at fault. */
export function readChatRequest(value: object): Outcome<Outline> {
  const parsed = parseChatRequest(value);
  return parsed.ok ? accept(outlineChat(parsed.value)) : parsed;
}
