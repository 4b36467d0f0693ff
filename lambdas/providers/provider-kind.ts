import type { EgressCodec } from '../domain/conversation/codec.ts';
import type { Surface } from '../domain/upstream/chat-provider.ts';
import type { Tap } from './pass-through/tap.ts';

/** A route that a provider itself has: there the client's own bytes go on, and the answer's come back. */
export interface NativeRoute {
  /** Behind the base URL. */
  readonly path: string;
  readonly tap: () => Tap | Promise<Tap>;
}

export interface RequestToAuthorize {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What one kind of provider is. The dialects themselves are loaded when they are first spoken. */
export interface ProviderKind {
  readonly natives: { readonly [Name in Surface]?: NativeRoute };
  /** Spoken to it for clients of other dialects: the first one counts that can say what is asked for. */
  readonly codecs: readonly (() => Promise<EgressCodec>)[];
  /** The headers that show who is asking. */
  readonly authorize: (request: RequestToAuthorize, credential: string | undefined) => Readonly<Record<string, string>>;
  /** Of the client's own headers, those that it sees. */
  readonly clientHeaders: readonly string[];
  /** Whose quirks it has, whatever it is called here. */
  readonly quirks?: string;
}
