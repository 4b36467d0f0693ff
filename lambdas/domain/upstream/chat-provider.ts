import type { ChatRequest } from '../chat/chat-request.ts';
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
  readonly field: 'max_completion_tokens' | 'max_tokens';
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

export interface ChatCall {
  readonly request: ChatRequest;
  /** The request as the client wrote it: what does not have to change is forwarded byte for byte. */
  readonly body: Uint8Array;
  /** Where the members of `body` lie. */
  readonly members: Members;
  /** The provider's own name of the model. */
  readonly model: string;
  readonly credential: string | undefined;
  /** Headers of the client's that this provider is to see, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeouts: Timeouts;
  /** Set where the client set none and a cap or a token limit is in force. */
  readonly outputLimit?: OutputLimit | undefined;
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
   * as it is final: of a stream that breaks behind it too, and never of one that breaks before.
   */
  readonly deliver: (write: Write, noteUsage: (usage: Usage) => void) => Promise<void>;
}

export type ChatAnswer = CompleteAnswer | StreamAnswer;

/** One model provider. `chat` throws GatewayFault `upstream_error` or `upstream_timeout` before the first byte. */
export interface ChatProvider {
  readonly name: string;
  /** `none`: has nothing to unlock. `optional`: is called without one where none is stored. */
  readonly credential: 'required' | 'optional' | 'none';
  chat(call: ChatCall): Promise<ChatAnswer>;
}

/** The providers that stage configuration allows, by name. */
export type ProviderDirectory = ReadonlyMap<string, ChatProvider>;
