import type { Usage } from '../upstream/chat-provider.ts';
import type { Finish, GenerationHead, TokenLogprob } from './generation.ts';
import type { Citation, ImagePart, NativePart, Seal } from './parts.ts';
import type { UpstreamError } from './upstream-error.ts';

/** A part that is being written. */
export type PartHead =
  | { readonly type: 'text' | 'reasoning' | 'refusal' }
  | {
      readonly type: 'tool_call';
      readonly id: string;
      readonly name: string;
      readonly isFreeText?: boolean | undefined;
    };

/**
 * One step of an answer as it is written. Of each choice one part is open at a time: `delta`, `seal`, `citation` and `end`
 * are about that one. Every part that begins ends; every choice finishes once, unless an `error` ends the whole.
 */
export type GenerationEvent =
  | { readonly type: 'start'; readonly head: GenerationHead }
  | { readonly type: 'begin'; readonly choice: number; readonly part: PartHead }
  | {
      readonly type: 'delta';
      readonly choice: number;
      readonly text: string;
      readonly logprobs?: readonly TokenLogprob[] | undefined;
    }
  | { readonly type: 'seal'; readonly choice: number; readonly seal: Seal }
  | { readonly type: 'citation'; readonly choice: number; readonly citation: Citation }
  | { readonly type: 'end'; readonly choice: number }
  /** A part that comes whole, between two others. */
  | { readonly type: 'whole'; readonly choice: number; readonly part: ImagePart | NativePart }
  | { readonly type: 'finish'; readonly choice: number; readonly finish: Finish }
  /** What was used so far, in all; the last one counts. */
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'error'; readonly error: UpstreamError };
