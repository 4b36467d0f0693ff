import { budgetOfEffort, effortOf, nearestEffort } from '../../domain/conversation/effort.ts';
import type { Effort, GenerationRequest, Reasoning } from '../../domain/conversation/generation-request.ts';
import { isForced } from '../../domain/conversation/messages.ts';
import type { TranslationLog } from '../../domain/conversation/translation-log.ts';
import type { ClaudeTraits } from './model-traits.ts';

export interface Thinking {
  readonly thinking?: object | undefined;
  readonly effort?: Effort | undefined;
  /** The model will think, which rules out what steers the choice of a token. */
  readonly isOn: boolean;
}

const leastBudget = 1_024;

const off: Thinking = { isOn: false };

function displayOf({ isShown }: Reasoning): object {
  return isShown === undefined ? {} : { display: isShown ? 'summarized' : 'omitted' };
}

function disable({ canDisable, efforts }: ClaudeTraits, log: TranslationLog): Thinking {
  if (canDisable) return { thinking: { type: 'disabled' }, isOn: false };
  log.lose('reasoning');
  return { effort: efforts?.[0], isOn: true };
}

function think(reasoning: Reasoning, efforts: readonly Effort[], maxTokens: number): Thinking {
  const effort = effortOf(reasoning, maxTokens);
  const isOpen = reasoning.isAdaptive === true && reasoning.effort === undefined;
  return {
    thinking: { type: 'adaptive', ...displayOf({ ...reasoning, isShown: reasoning.isShown ?? true }) },
    effort: effort === undefined || isOpen ? undefined : nearestEffort(effort, efforts),
    isOn: true,
  };
}

/** With a budget, a turn that used a tool must begin with the thought that led to it. */
function lacksThought({ messages }: GenerationRequest): boolean {
  const last = messages.findLast(({ role }) => role === 'assistant');
  const usedTool = last?.parts.some(({ type }) => type === 'tool_call') ?? false;
  const first = last?.parts[0];
  return usedTool && !(first?.type === 'reasoning' && first.seal?.origin === 'anthropic');
}

function thinkWithin(
  request: GenerationRequest,
  reasoning: Reasoning,
  maxTokens: number,
  log: TranslationLog,
): Thinking {
  const effort = effortOf(reasoning, maxTokens) ?? 'medium';
  const wanted = reasoning.budget ?? (effort === 'none' ? 0 : budgetOfEffort(effort, maxTokens));
  const budget_tokens = Math.max(Math.min(wanted, maxTokens - 1), leastBudget);
  if (budget_tokens >= maxTokens || lacksThought(request) || isForced(request)) {
    log.lose('reasoning');
    return off;
  }
  return { thinking: { type: 'enabled', budget_tokens, ...displayOf(reasoning) }, isOn: true };
}

/** What is to be said of thinking, to a model of such traits. */
export function chooseThinking(
  request: GenerationRequest,
  traits: ClaudeTraits,
  maxTokens: number,
  log: TranslationLog,
): Thinking {
  const { reasoning } = request;
  if (reasoning === undefined) return { isOn: !traits.canDisable };
  if (reasoning.effort === 'none') return disable(traits, log);
  if (reasoning.budget !== undefined && reasoning.effort === undefined && traits.hasBudget) {
    return thinkWithin(request, reasoning, maxTokens, log);
  }
  if (traits.efforts !== undefined) return think(reasoning, traits.efforts, maxTokens);
  if (traits.hasBudget) return thinkWithin(request, reasoning, maxTokens, log);
  log.lose('reasoning');
  return off;
}
