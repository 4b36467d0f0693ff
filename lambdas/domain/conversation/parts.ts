// What messages are made of, whoever's dialect they were written in. `at` is where a part lay in the client's request, so
// that a refusal can name it.

/** Who made a seal; nobody else can read it. */
export type SealOrigin = 'anthropic' | 'gemini' | 'openai' | 'xai';

/** What a provider wants back with the next turn, to know its own reasoning again. */
export interface Seal {
  readonly origin: SealOrigin;
  /** `signature` vouches for a text that stands beside it; `encrypted` is the reasoning itself, for its maker's eyes. */
  readonly kind: 'signature' | 'encrypted';
  readonly value: string;
  /** The provider's id of what it sealed. */
  readonly id?: string | undefined;
}

/** The prefix up to here is worth keeping in the provider's cache. */
export interface CacheMark {
  readonly ttl?: '5m' | '30m' | '1h' | '12h' | undefined;
}

interface Placed {
  readonly at?: string | undefined;
  readonly cache?: CacheMark | undefined;
}

export type Source =
  | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'url'; readonly url: string; readonly mediaType?: string | undefined }
  /** By its id at the provider. */
  | { readonly kind: 'file'; readonly id: string }
  | { readonly kind: 'text'; readonly text: string };

/** Where a statement comes from. Places are counted as its provider counts them. */
export interface Citation {
  readonly kind: 'url' | 'document' | 'search_result';
  readonly url?: string | undefined;
  readonly title?: string | undefined;
  readonly citedText?: string | undefined;
  /** Which of the request's documents, or search results. */
  readonly index?: number | undefined;
  readonly fileId?: string | undefined;
  readonly unit?: 'char' | 'page' | 'block' | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Characters of the text that cites, where only a part of it does. */
  readonly textFrom?: number | undefined;
  readonly textTo?: number | undefined;
  /** Anthropic wants it back with the next turn. */
  readonly seal?: string | undefined;
}

export interface TextPart extends Placed {
  readonly type: 'text';
  readonly text: string;
  readonly citations?: readonly Citation[] | undefined;
}

export interface ImagePart extends Placed {
  readonly type: 'image';
  readonly source: Source;
  readonly detail?: string | undefined;
}

/** A file that the model reads: PDF, text, or what else its provider takes. */
export interface DocumentPart extends Placed {
  readonly type: 'document';
  readonly source: Source;
  readonly name?: string | undefined;
  readonly context?: string | undefined;
  /** The answer is to say where in the document it found what it says. */
  readonly isCited?: boolean | undefined;
}

export interface AudioPart extends Placed {
  readonly type: 'audio';
  readonly data: string;
  readonly format: string;
}

export interface ToolCallPart extends Placed {
  readonly type: 'tool_call';
  readonly id: string;
  readonly name: string;
  /** JSON as text, or free text where the tool takes that. */
  readonly input: string;
  readonly isFreeText?: boolean | undefined;
  readonly seal?: Seal | undefined;
}

export interface ToolResultPart extends Placed {
  readonly type: 'tool_result';
  readonly callId: string;
  readonly content: readonly (TextPart | ImagePart | DocumentPart | NativePart)[];
  readonly isError?: boolean | undefined;
}

export interface ReasoningPart extends Placed {
  readonly type: 'reasoning';
  /** As the provider tells it: whole, summed up, or nothing. */
  readonly text: string;
  readonly seal?: Seal | undefined;
}

export interface RefusalPart extends Placed {
  readonly type: 'refusal';
  readonly text: string;
}

export type Dialect = 'openai' | 'responses' | 'anthropic' | 'gemini' | 'bedrock';

/** What only its own dialect can say: a tool that ran at the provider, a block newer than this code. */
export interface NativePart extends Placed {
  readonly type: 'native';
  readonly dialect: Dialect;
  /** What it calls itself. */
  readonly name: string;
  readonly value: unknown;
}

export type Part =
  | TextPart
  | ImagePart
  | DocumentPart
  | AudioPart
  | ToolCallPart
  | ToolResultPart
  | ReasoningPart
  | RefusalPart
  | NativePart;

/** What an answer is made of. */
export type OutputPart = TextPart | ImagePart | ToolCallPart | ReasoningPart | RefusalPart | NativePart;
