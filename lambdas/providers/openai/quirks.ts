import type { FieldName } from '../../domain/conversation/fields.ts';
import type { IdRule } from '../../domain/conversation/tool-call-ids.ts';

// Where servers of OpenAI's dialect differ from OpenAI, as far as translation has to know. What a server does not take it
// refuses, so only what it would ignore, or what has another name there, is here. As of 2026-11, from each one's API reference.

export interface Quirks {
  readonly maxTokens: 'max_completion_tokens' | 'max_tokens';
  readonly seed: 'seed' | 'random_seed';
  readonly required: 'required' | 'any';
  readonly knowsDeveloper: boolean;
  /** `effort`: `reasoning_effort`. `object`: OpenRouter's `reasoning`. `switch`: `thinking`, on or off. */
  readonly reasoning: 'effort' | 'object' | 'switch' | 'none';
  /** In which field of an earlier answer its reasoning goes back. */
  readonly reasoningBack: 'reasoning_content' | 'reasoning' | 'reasoning_details' | 'thinking' | 'none';
  readonly cacheMark: 'prompt_cache_breakpoint' | 'cache_control' | 'none';
  /** Goes on with an answer that the client began. */
  readonly hasPrefix: boolean;
  readonly ids: IdRule | undefined;
  readonly lacks: readonly FieldName[];
}

const usual: Quirks = {
  maxTokens: 'max_tokens',
  seed: 'seed',
  required: 'required',
  knowsDeveloper: false,
  reasoning: 'effort',
  reasoningBack: 'none',
  cacheMark: 'none',
  hasPrefix: false,
  ids: undefined,
  lacks: ['customTool', 'safetyId', 'store', 'cacheKey', 'verbosity', 'serviceTier', 'metadata', 'topK'],
};

const openAi: Quirks = {
  ...usual,
  maxTokens: 'max_completion_tokens',
  knowsDeveloper: true,
  cacheMark: 'prompt_cache_breakpoint',
  lacks: ['topK'],
};

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Mistral takes nine letters and digits, neither more nor less. */
const nineCharacters: IdRule = {
  pattern: /^[a-zA-Z0-9]{9}$/,
  replace(n) {
    let text = '';
    for (let rest = n; rest > 0; rest = Math.floor(rest / alphabet.length))
      text = alphabet.charAt(rest % alphabet.length) + text;
    return `call${text.padStart(5, '0')}`;
  },
};

const byProvider: ReadonlyMap<string, Quirks> = new Map(
  Object.entries<Quirks>({
    openai: openAi,
    azure: openAi,
    mistral: {
      ...usual,
      seed: 'random_seed',
      required: 'any',
      reasoning: 'none',
      reasoningBack: 'thinking',
      hasPrefix: true,
      ids: nineCharacters,
      lacks: [...usual.lacks, 'logprobs', 'logitBias', 'user', 'reasoning'],
    },
    groq: {
      ...usual,
      maxTokens: 'max_completion_tokens',
      reasoningBack: 'reasoning',
      lacks: [...usual.lacks, 'logprobs', 'logitBias', 'choices', 'messageName'],
    },
    deepseek: {
      ...usual,
      reasoning: 'switch',
      reasoningBack: 'reasoning_content',
      lacks: [...usual.lacks, 'seed', 'logitBias', 'user', 'choices', 'schema', 'parallel'],
    },
    xai: {
      ...usual,
      maxTokens: 'max_completion_tokens',
      reasoningBack: 'reasoning_content',
      lacks: [...usual.lacks, 'logitBias'],
    },
    together: { ...usual, reasoningBack: 'reasoning', lacks: usual.lacks.filter((field) => field !== 'topK') },
    openrouter: {
      ...usual,
      reasoning: 'object',
      reasoningBack: 'reasoning_details',
      cacheMark: 'cache_control',
      lacks: usual.lacks.filter((field) => field !== 'topK' && field !== 'verbosity'),
    },
    cerebras: {
      ...usual,
      maxTokens: 'max_completion_tokens',
      reasoningBack: 'reasoning',
      lacks: [...usual.lacks, 'frequencyPenalty', 'presencePenalty', 'logitBias', 'choices'],
    },
    perplexity: {
      ...usual,
      lacks: [...usual.lacks, 'tools', 'toolChoice', 'parallel', 'seed', 'logitBias', 'logprobs', 'choices', 'stop'],
    },
    fireworks: {
      ...usual,
      reasoningBack: 'reasoning_content',
      lacks: usual.lacks.filter((field) => field !== 'topK'),
    },
    ollama: {
      ...usual,
      reasoningBack: 'reasoning',
      lacks: [...usual.lacks, 'toolChoice', 'parallel', 'logitBias', 'user', 'choices'],
    },
  }),
);

/** A server that nobody has described is taken at its word: it speaks OpenAI's dialect as it was before 2025. */
export function findQuirks(provider: string): Quirks {
  return byProvider.get(provider) ?? { ...usual, reasoningBack: 'reasoning_content' };
}
