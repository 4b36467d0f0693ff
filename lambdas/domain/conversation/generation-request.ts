import type { CacheMark, Dialect, Part } from './parts.ts';

export interface Message {
  readonly role: 'system' | 'developer' | 'user' | 'assistant';
  readonly parts: readonly Part[];
  readonly name?: string | undefined;
  /** OpenAI's: whether an earlier answer was a remark along the way, or the last word. */
  readonly phase?: string | undefined;
  readonly at?: string | undefined;
}

interface NamedTool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly cache?: CacheMark | undefined;
  readonly at?: string | undefined;
}

export interface FunctionTool extends NamedTool {
  readonly kind: 'function';
  /** A JSON schema. */
  readonly parameters?: unknown;
  readonly isStrict?: boolean | undefined;
}

/** Takes free text, which a grammar may bind. */
export interface CustomTool extends NamedTool {
  readonly kind: 'custom';
  readonly format?: unknown;
}

/** Runs at the provider, or is described by it. */
export interface NativeTool extends NamedTool {
  readonly kind: 'native';
  readonly dialect: Dialect;
  readonly value: unknown;
}

export type Tool = FunctionTool | CustomTool | NativeTool;

export type ToolChoice =
  | { readonly kind: 'auto' | 'none' | 'any' }
  /** Call this one. */
  | { readonly kind: 'tool'; readonly name: string; readonly isCustom?: boolean | undefined }
  /** As `auto` or `any`, but only of these. */
  | { readonly kind: 'allowed'; readonly isRequired: boolean; readonly names: readonly string[] };

export type OutputFormat =
  | { readonly kind: 'text' | 'json' }
  | {
      readonly kind: 'schema';
      readonly name?: string | undefined;
      readonly description?: string | undefined;
      readonly schema: unknown;
      readonly isStrict?: boolean | undefined;
    };

export const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof efforts)[number];

export interface Reasoning {
  /** `none`: no reasoning. */
  readonly effort?: Effort | undefined;
  /** Tokens. */
  readonly budget?: number | undefined;
  /** The model is to reason, and may choose itself how much. */
  readonly isAdaptive?: boolean | undefined;
  /** Whether the client is to see it; undefined: as the provider likes. */
  readonly isShown?: boolean | undefined;
  /** OpenAI's word for how much of it: `auto`, `concise`, `detailed`. */
  readonly summary?: string | undefined;
}

/** What a client asks of a model, in no dialect. Undefined: as the provider does by default. */
export interface GenerationRequest {
  /** The dialect that it was written in: its fields are named in refusals as they are there. */
  readonly dialect: Dialect;
  readonly model: string;
  readonly messages: readonly Message[];
  readonly isStreamed: boolean;
  /** The stream is to end with the usage. */
  readonly wantsUsage: boolean;
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice | undefined;
  readonly isParallel?: boolean | undefined;
  readonly format?: OutputFormat | undefined;
  readonly reasoning?: Reasoning | undefined;
  readonly verbosity?: string | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  readonly presencePenalty?: number | undefined;
  /** A number, of any size. */
  readonly seed?: unknown;
  readonly stop?: readonly string[] | undefined;
  readonly choices?: number | undefined;
  readonly logprobs?: { readonly top: number } | undefined;
  readonly logitBias?: unknown;
  readonly user?: string | undefined;
  readonly safetyId?: string | undefined;
  readonly metadata?: unknown;
  readonly serviceTier?: string | undefined;
  readonly isStored?: boolean | undefined;
  readonly cacheKey?: string | undefined;
  /** Of the whole prefix, wherever it ends. */
  readonly cache?: CacheMark | undefined;
  /** Fields that have no counterpart anywhere, or are newer than this code, as they came. */
  readonly extras: Readonly<Record<string, unknown>>;
}
