import type { Medium, Outline } from '../inference/outline.ts';
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
  readonly outline: Outline;
  readonly bodyBytes: number;
  readonly provider: string;
  /** The provider's own name of the model. */
  readonly model: string;
}

/** Tokens that a provider may put before the client's: a system prompt of its own, the frame of a chat. */
const framing = 512;
/** xAI's is the longest that has been seen. */
const longFraming = 2_048;
/** Anthropic and Llama explain tools to the model in up to 800 tokens; the schemas themselves are in the body. */
const toolFraming = 1_024;

/**
 * No audio that is taken has fewer bytes: MP3's lowest rate is 8 kbit/s, and OpenAI counts a token per 100 ms of what the
 * user says (https://platform.openai.com/docs/guides/realtime-costs, as of 2026-08).
 */
const audioBytesPerToken = 100;

/** What a medium adds to its own bytes in the body. Bytes that are no text come off. */
interface MediumBound {
  readonly bytesOff: number;
  readonly textTokens: number;
  readonly audioTokens: number;
}

/** Undefined: more than the body tells. */
function boundMedium(
  { kind, inlineLength, detail }: Medium,
  { provider, model }: InputToBound,
): MediumBound | undefined {
  if (kind === 'image') {
    const textTokens = mostImageTokens(provider, model, detail);
    return textTokens === undefined ? undefined : { bytesOff: inlineLength, textTokens, audioTokens: 0 };
  }
  if (kind === 'other' || provider !== 'openai') return undefined;
  const bytes = (inlineLength * 3) / 4;
  return { bytesOff: inlineLength, textTokens: 0, audioTokens: Math.ceil(bytes / audioBytesPerToken) };
}

/**
 * The tokens of a request's input, never too few. Every token of a byte-level vocabulary stands for one byte at least, and
 * the body has at least as many bytes as the text in it, escapes and names included, whichever dialect it goes on in; what
 * is no text is counted by its provider's formula, and what the body does not hold is named.
 */
export function boundInput(input: InputToBound): InputBound {
  const { outline, bodyBytes, provider } = input;
  let textTokens = bodyBytes + (provider === 'xai' ? longFraming : framing) + outline.tools * toolFraming;
  let audioTokens = 0;
  let beyondBody = outline.reference;
  for (const medium of outline.media) {
    const bound = boundMedium(medium, input);
    if (bound === undefined) beyondBody ??= medium.param;
    textTokens += (bound?.textTokens ?? 0) - (bound?.bytesOff ?? 0);
    audioTokens += bound?.audioTokens ?? 0;
  }
  return { textTokens, audioTokens, beyondBody };
}
