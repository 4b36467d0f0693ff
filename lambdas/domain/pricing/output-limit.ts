import type { OutputOutline } from '../inference/outline.ts';
import type { OutputLimit } from '../upstream/chat-provider.ts';

type Field = OutputLimit['field'];

/**
 * The names under which a provider takes an output limit, its own first. One that it does not know it may ignore, so that
 * nothing would be limited. xAI counts reasoning under the newer name alone.
 */
const knownFields: Readonly<Record<string, readonly [Field, ...Field[]]>> = {
  openai: ['max_completion_tokens', 'max_tokens'],
  azure: ['max_completion_tokens', 'max_tokens'],
  groq: ['max_completion_tokens', 'max_tokens'],
  cerebras: ['max_completion_tokens', 'max_tokens'],
  xai: ['max_completion_tokens'],
  openrouter: ['max_tokens', 'max_completion_tokens'],
  fireworks: ['max_tokens', 'max_completion_tokens'],
};

/** What any server of OpenAI's dialect knows. */
const oldest: readonly [Field, ...Field[]] = ['max_tokens'];

export interface ClientLimit {
  /** Where a limit of the gateway's goes. */
  readonly field: Field;
  /** The client's, for each choice; undefined: none. */
  readonly tokens: number | undefined;
  /** The provider takes the client's under the name that it has. */
  readonly isKnown: boolean;
}

/** The output limit that the client set. */
export function readClientLimit({ limits, limitField }: OutputOutline, provider: string): ClientLimit {
  const fields = limitField === undefined ? (knownFields[provider] ?? oldest) : ([limitField] as const);
  const known = fields.flatMap((field) => limits[field] ?? []);
  const [field] = fields;
  if (known.length > 0) return { field, tokens: Math.max(...known), isKnown: true };
  return { field, tokens: limits.max_completion_tokens ?? limits.max_tokens, isKnown: false };
}
