import type { Outcome } from '../errors.ts';
import type { Generation } from './generation.ts';
import type { GenerationEvent } from './generation-event.ts';
import type { GenerationRequest } from './generation-request.ts';
import type { Translated } from './translation-log.ts';
import type { UpstreamError } from './upstream-error.ts';

/** A stream on its way through: what each piece makes, and what its end does. */
export interface Passage<Input, Output> {
  readonly push: (input: Input) => readonly Output[];
  readonly end: () => readonly Output[];
}

/** Who is to be asked. */
export interface Target {
  /** As stage configuration calls it: `mistral`, `bedrock`. */
  readonly provider: string;
  /** The provider's own name of the model. */
  readonly model: string;
  /** The largest output limit that the model takes; undefined: not known. */
  readonly maxOutputTokens?: number | undefined;
}

export interface EncodedRequest {
  /** Behind the provider's base URL. */
  readonly path: string;
  /** To be sent as JSON, by JSON.stringify alone: numbers too long for a double are in it as they came. */
  readonly body: object;
  /** Beside those of the transport, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a provider's answer is to be filled up with where it has nothing of its own. */
export interface DecodeContext {
  /** Of the request; ids of tool calls that come without one are made from it. */
  readonly id: string;
  readonly target: Target;
}

/** What a provider answered with a status of success: some say even then that they failed. */
export type Decoded =
  | { readonly ok: true; readonly generation: Generation }
  | { readonly ok: false; readonly error: UpstreamError };

/** One provider's dialect, as the gateway speaks it to that provider. All of it is pure. */
export interface EgressCodec {
  readonly encodeRequest: (request: GenerationRequest, target: Target) => Outcome<Translated<EncodedRequest>>;
  /** Throws GatewayFault `upstream_error` where the answer is none. */
  readonly decodeResponse: (body: Uint8Array, context: DecodeContext) => Decoded;
  /** Bytes in, events out; what breaks the stream comes as an event of type `error`. */
  readonly decodeStream: (context: DecodeContext) => Passage<Uint8Array, GenerationEvent>;
  readonly decodeError: (status: number, body: Uint8Array) => UpstreamError;
}

/** How an answer is to look to its client. */
export interface AnswerContext {
  /** Where the provider gave the answer no id. */
  readonly id: string;
  /** Unix seconds, where the provider gave none. */
  readonly created: number;
  /** Where the provider named no model. */
  readonly model: string;
  readonly request: GenerationRequest;
}

export interface EncodedResponse {
  readonly body: object;
  /** What the client's dialect has no word for. */
  readonly dropped: readonly string[];
}

export interface EncodedError {
  readonly status: number;
  readonly body: object;
}

/** One client's dialect, as the gateway reads and answers it. All of it is pure. */
export interface IngressCodec {
  /** Of a body that is a JSON object. */
  readonly decodeRequest: (value: object) => Outcome<Translated<GenerationRequest>>;
  readonly encodeResponse: (generation: Generation, context: AnswerContext) => EncodedResponse;
  /** Events in, whole server-sent events out. */
  readonly encodeStream: (context: AnswerContext) => Passage<GenerationEvent, string>;
  readonly encodeError: (error: UpstreamError) => EncodedError;
}
