import type { Outcome } from '../errors.ts';
import type { Outline } from '../inference/outline.ts';
import type { Members } from '../json/top-level-members.ts';

/** Token counts as the provider reported them. The others are parts of `inputTokens` or of `outputTokens`. */
export interface Usage {
  readonly inputTokens: number;
  /** Read from the provider's cache of prompts. */
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  /** Of `cacheWriteTokens`, those that are to stay for an hour. Absent: none, here and below. */
  readonly cacheWriteHourTokens?: number | undefined;
  readonly audioInputTokens: number;
  readonly imageInputTokens?: number | undefined;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly audioOutputTokens: number;
  readonly imageOutputTokens?: number | undefined;
  /** How often the provider itself searched the web, which it charges apart. */
  readonly webSearches?: number | undefined;
}

/** How the provider is told to write no more than so many tokens: the name of the field is the provider's own. */
export interface OutputLimit {
  readonly field: 'max_completion_tokens' | 'max_tokens' | 'max_output_tokens';
  readonly tokens: number;
}

export interface Timeouts {
  /** Until there is a connection, TLS included. */
  readonly connectMs: number;
  /** From then on, the request's own way included, to the answer's first byte. */
  readonly firstByteMs: number;
  /** Between two pieces of a body. */
  readonly idleMs: number;
  /** From start to end, whatever happens. */
  readonly totalMs: number;
}

/** The routes of the data plane that a provider answers, each with its own dialect. */
export const surfaces = [
  'chat-completions',
  'responses',
  'messages',
  'count-tokens',
  'embeddings',
  'moderations',
] as const;
export type Surface = (typeof surfaces)[number];

export interface UpstreamCall {
  readonly requestId: string;
  /** The dialect of the request, and of the answer. */
  readonly surface: Surface;
  readonly outline: Outline;
  /** The request as the client wrote it: what does not have to change is forwarded byte for byte. */
  readonly body: Uint8Array;
  /** Where the members of `body` lie. */
  readonly members: Members;
  /** The provider's own name of the model. */
  readonly model: string;
  readonly credential: string | undefined;
  /** Headers of the client's that a provider may see, names in lower case; each takes its own. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeouts: Timeouts;
  /** Set where the client set none and a cap or a token limit is in force. */
  readonly outputLimit?: OutputLimit | undefined;
  /** What each answer may have at most, whoever set it. */
  readonly maxOutputTokens?: number | undefined;
  /** The most that the model can, where that is known. */
  readonly modelMaxTokens?: number | undefined;
}

/** Takes one piece; a returned promise holds back the next until it has settled. */
export type Write = (chunk: Uint8Array) => void | Promise<void>;

interface AnswerHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

export interface CompleteAnswer extends AnswerHead {
  readonly kind: 'complete';
  readonly body: Uint8Array;
  readonly usage: Usage | undefined;
}

export interface StreamAnswer extends AnswerHead {
  readonly kind: 'stream';
  /**
   * Reads the stream to its end; every write holds whole events. Throws GatewayFault when the stream breaks or stalls: what
   * was written until then is still whole events. `noteUsage` is told what the provider reports of the whole answer, as soon
   * as it is final: of a stream that breaks behind it too, and never of one that breaks before. A fault that `isTold` has
   * been written to the stream already.
   */
  readonly deliver: (write: Write, noteUsage: (usage: Usage) => void) => Promise<void>;
}

export type UpstreamAnswer = CompleteAnswer | StreamAnswer;

/** One model provider. */
export interface Provider {
  readonly name: string;
  /** `none`: has nothing to unlock. `optional`: is called without one where none is stored. */
  readonly credential: 'required' | 'optional' | 'none';
  readonly serves: (surface: Surface) => boolean;
  /**
   * Refuses what the provider's dialect cannot say, before anything is sent. Throws GatewayFault `upstream_error` or
   * `upstream_timeout` before the first byte.
   */
  call(call: UpstreamCall): Promise<Outcome<UpstreamAnswer>>;
}

/** The providers that stage configuration allows, by name. */
export type ProviderDirectory = ReadonlyMap<string, Provider>;
