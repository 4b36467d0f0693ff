import type { Usage } from '../upstream/chat-provider.ts';
import type { OutputPart } from './parts.ts';

/**
 * Why an answer ended. `pause`: the provider's own tools are not done, and it is to be asked to go on. `malformed`: the
 * model meant to call a tool and failed.
 */
export type FinishReason =
  | 'stop'
  | 'stop_sequence'
  | 'length'
  | 'context_window'
  | 'tool_calls'
  | 'content_filter'
  | 'refusal'
  | 'pause'
  | 'malformed'
  | 'other';

export interface Finish {
  readonly reason: FinishReason;
  readonly stopSequence?: string | undefined;
  /** Why it was refused, where the provider says. */
  readonly explanation?: string | undefined;
}

export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[] | null;
  readonly top: readonly Omit<TokenLogprob, 'top'>[];
}

export interface Choice {
  readonly index: number;
  readonly parts: readonly OutputPart[];
  readonly finish: Finish;
  readonly logprobs?: readonly TokenLogprob[] | undefined;
}

export interface GenerationHead {
  /** The provider's own, where it gives one. */
  readonly id?: string | undefined;
  readonly model?: string | undefined;
  /** Unix seconds. */
  readonly created?: number | undefined;
  readonly serviceTier?: string | undefined;
  readonly fingerprint?: string | undefined;
}

/** What a model answered, in no dialect. */
export interface Generation extends GenerationHead {
  readonly choices: readonly Choice[];
  readonly usage?: Usage | undefined;
}
