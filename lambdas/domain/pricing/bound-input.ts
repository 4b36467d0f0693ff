import type { ChatRequest } from '../chat/chat-request.ts';
import { mostImageTokens } from './image-tokens.ts';

/** What a request's input counts at most. */
export interface InputBound {
  /** All but audio. */
  readonly textTokens: number;
  readonly audioTokens: number;
  /** The first field whose tokens the body does not bound: only the model's context window does. */
  readonly beyondBody: string | undefined;
}

export interface InputToBound {
  readonly request: ChatRequest;
  readonly bodyBytes: number;
  readonly provider: string;
  /** The provider's own name of the model. */
  readonly model: string;
}

type Message = ChatRequest['messages'][number];
type Part = Exclude<NonNullable<Message['content']>, string>[number];

/** Tokens that a provider may put before the client's: a system prompt of its own, the frame of a chat. */
const framing = 512;
/** xAI's is the longest that has been seen. */
const longFraming = 2_048;
/** Anthropic and Llama explain tools to the model in up to 800 tokens; the schemas themselves are in the body. */
const toolFraming = 1_024;

/** What refers to text that the provider keeps. */
const references = ['previous_response_id', 'conversation', 'prompt'] as const;

/** Parts that hold their whole content as text. */
const textTypes: ReadonlySet<unknown> = new Set(['text', 'refusal', 'thinking']);

/**
 * No audio that is taken has fewer bytes: MP3's lowest rate is 8 kbit/s, and OpenAI counts a token per 100 ms of what the
 * user says (https://platform.openai.com/docs/guides/realtime-costs, as of 2026-08).
 */
const audioBytesPerToken = 100;

/** What a part adds to its own bytes in the body; `undefined`: more than the body tells. Bytes that are no text come off. */
interface PartBound {
  readonly bytesOff: number;
  readonly textTokens: number;
  readonly audioTokens: number;
}

const plain: PartBound = { bytesOff: 0, textTokens: 0, audioTokens: 0 };

function readField(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const field: unknown = Reflect.get(value, name);
  return field;
}

function boundImage(part: Part, { provider, model }: InputToBound): PartBound | undefined {
  const image = part['image_url'];
  const url = typeof image === 'string' ? image : readField(image, 'url');
  const textTokens = mostImageTokens(provider, model, readField(image, 'detail'));
  if (textTokens === undefined || typeof url !== 'string') return undefined;
  return { bytesOff: url.startsWith('data:image/') ? url.length : 0, textTokens, audioTokens: 0 };
}

function boundAudio(part: Part, { provider }: InputToBound): PartBound | undefined {
  const data = readField(part['input_audio'], 'data');
  if (provider !== 'openai' || typeof data !== 'string') return undefined;
  const bytes = (data.length * 3) / 4;
  return { bytesOff: data.length, textTokens: 0, audioTokens: Math.ceil(bytes / audioBytesPerToken) };
}

function boundPart(part: Part, input: InputToBound): PartBound | undefined {
  if (textTypes.has(part.type)) return plain;
  if (part.type === 'image_url') return boundImage(part, input);
  return part.type === 'input_audio' ? boundAudio(part, input) : undefined;
}

interface NamedPart {
  readonly param: string;
  readonly bound: PartBound | undefined;
}

function boundMessage(message: Message, index: number, input: InputToBound): NamedPart[] {
  const { content } = message;
  const param = `messages[${index}]`;
  const parts = typeof content === 'string' ? [] : (content ?? []);
  const bounds = parts.map((part, at) => ({ param: `${param}.content[${at}]`, bound: boundPart(part, input) }));
  // An earlier spoken answer, by its id.
  return message['audio'] == null ? bounds : [...bounds, { param: `${param}.audio`, bound: undefined }];
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function framingOf({ request, provider }: InputToBound): number {
  const hasTools = isPresent(request.tools) || isPresent(request['functions']);
  return (provider === 'xai' ? longFraming : framing) + (hasTools ? toolFraming : 0);
}

/**
 * The tokens of a request's input, never too few. Every token of a byte-level vocabulary stands for one byte at least, and
 * the body has at least as many bytes as the text in it, escapes and names included; what is no text is counted by its
 * provider's formula, and what the body does not hold is named.
 */
export function boundInput(input: InputToBound): InputBound {
  const { request, bodyBytes } = input;
  const parts = request.messages.flatMap((message, index) => boundMessage(message, index, input));
  const reference = references.find((name) => isPresent(request[name]));
  let textTokens = bodyBytes + framingOf(input);
  let audioTokens = 0;
  for (const { bound } of parts) {
    textTokens += (bound?.textTokens ?? 0) - (bound?.bytesOff ?? 0);
    audioTokens += bound?.audioTokens ?? 0;
  }
  return { textTokens, audioTokens, beyondBody: reference ?? parts.find(({ bound }) => bound === undefined)?.param };
}
