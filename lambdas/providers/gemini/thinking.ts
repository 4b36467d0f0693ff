import { budgetOfEffort, effortOf, nearestEffort } from '../../domain/conversation/effort.ts';
import type { Effort, GenerationRequest } from '../../domain/conversation/generation-request.ts';
import type { TranslationLog } from '../../domain/conversation/translation-log.ts';
import type { GeminiTraits } from './model-traits.ts';

/** Where no output limit tells what the budget is a share of. */
const usualOutput = 65_536;

function budgetFor(effort: Effort, given: number | undefined, maxTokens: number, traits: GeminiTraits): number {
  const wanted = effort === 'none' ? 0 : (given ?? budgetOfEffort(effort, maxTokens));
  return Math.min(Math.max(wanted, traits.leastBudget), traits.mostBudget);
}

/** What is to be said of thinking; undefined: nothing. */
export function chooseThinking(
  { reasoning, maxOutputTokens = usualOutput }: GenerationRequest,
  traits: GeminiTraits,
  log: TranslationLog,
): object | undefined {
  if (reasoning === undefined) return undefined;
  const effort = effortOf(reasoning, maxOutputTokens);
  if (traits.thinking === 'none') {
    if (effort !== 'none') log.lose('reasoning');
    return undefined;
  }
  const includeThoughts = effort === 'none' ? undefined : (reasoning.isShown ?? true);
  if (effort === undefined) return { includeThoughts };
  if (traits.thinking === 'budget') {
    const thinkingBudget = budgetFor(effort, reasoning.budget, maxOutputTokens, traits);
    if (effort === 'none' && thinkingBudget > 0) log.lose('reasoning');
    return { thinkingBudget, includeThoughts };
  }
  if (effort === 'none') log.lose('reasoning');
  return { thinkingLevel: nearestEffort(effort, traits.levels), includeThoughts };
}
