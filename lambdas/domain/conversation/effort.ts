import { type Effort, efforts, type Reasoning } from './generation-request.ts';

// Some models take an effort, others a budget of tokens. Each is turned into the other by shares that OpenRouter has made
// usual: https://openrouter.ai/docs/use-cases/reasoning-tokens#reasoning-effort-level, as of 2026-08.

const shares: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: 0.1,
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.95,
  max: 0.95,
};

/** Tokens, for an answer of `maxTokens` in all. */
export function budgetOfEffort(effort: Exclude<Effort, 'none'>, maxTokens: number): number {
  return Math.floor(shares[effort] * maxTokens);
}

/** Where no output limit tells what the budget is a share of. */
const usualOutput = 32_000;

/** What the client wants of a model that takes efforts; undefined: it did not say. */
export function effortOf({ effort, budget, isAdaptive }: Reasoning, maxTokens = usualOutput): Effort | undefined {
  if (effort !== undefined) return effort;
  if (budget === undefined) return isAdaptive === true ? 'medium' : undefined;
  const share = budget / maxTokens;
  if (share <= 0.2) return 'low';
  return share <= 0.5 ? 'medium' : 'high';
}

/** The nearest that the model takes; of two equally near ones the lower. */
export function nearestEffort(wanted: Effort, taken: readonly Effort[]): Effort | undefined {
  const place = efforts.indexOf(wanted);
  const distance = (effort: Effort) => Math.abs(efforts.indexOf(effort) - place);
  return taken.reduce<Effort | undefined>(
    (best, effort) => (best === undefined || distance(effort) < distance(best) ? effort : best),
    undefined,
  );
}
