import type { Readable } from 'node:stream';

/** The largest event of a synchronous invocation, and the largest answer that is not streamed, in bytes of JSON. */
export const payloadLimitBytes = 6_291_556;
/** The largest streamed answer, in bytes. */
export const streamLimitBytes = 200 * 1024 * 1024;

/** Why a function gave no answer of its own. */
export type FailureReason =
  /** The handler threw, or its answer was too large. */
  | 'function-error'
  /** The process ended, or did not come up. */
  | 'crash'
  | 'timeout'
  /** Every environment was busy for too long. */
  | 'throttled'
  /** The event is larger than Lambda takes. */
  | 'event-too-large';

/** What became of an invocation, as soon as it is known; a streamed body may still fail after that. */
export type InvocationResult =
  | { readonly kind: 'answer'; readonly payload: Buffer }
  | { readonly kind: 'stream'; readonly contentType: string; readonly stream: AnswerStream }
  | { readonly kind: 'failure'; readonly reason: FailureReason };

/** A streamed answer. It must be read to its end or be resumed, or the function never gets on. */
export interface AnswerStream {
  /** Emits an error where the function dies before the end. */
  readonly body: Readable;
  /** After the end: whether the handler had failed after its first byte, so that the body is cut short. */
  failed(): boolean;
}

/** One invocation on its way through an environment. */
export interface Invocation {
  readonly requestId: string;
  /** The event, as JSON. */
  readonly payload: string;
  settle(result: InvocationResult): void;
}
