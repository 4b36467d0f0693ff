import { effortOf, nearestEffort } from '../../domain/conversation/effort.ts';
import type { FieldName } from '../../domain/conversation/fields.ts';
import type { Effort, GenerationRequest, Reasoning } from '../../domain/conversation/generation-request.ts';
import type { TranslationLog } from '../../domain/conversation/translation-log.ts';
import type { ModelTraits } from './model-traits.ts';
import type { Quirks } from './quirks.ts';

interface Asked {
  readonly reasoning: Reasoning;
  readonly effort: Effort | undefined;
  readonly hasTools: boolean;
}

/** OpenRouter's. */
function writeObject({ reasoning, effort }: Asked): object {
  const exclude = reasoning.isShown === false ? true : undefined;
  return {
    reasoning: reasoning.budget === undefined ? { effort, exclude } : { max_tokens: reasoning.budget, exclude },
  };
}

function writeEffort({ effort, hasTools }: Asked, traits: ModelTraits | undefined, log: TranslationLog): object {
  if (effort === undefined) return {};
  if (traits === undefined) return { reasoning_effort: effort };
  const nearest = nearestEffort(effort, traits.efforts ?? []);
  if (nearest !== undefined && !(traits.isChatWithoutReasoning && hasTools)) return { reasoning_effort: nearest };
  if (effort !== 'none') log.lose('reasoning');
  return {};
}

/** `traits`: of OpenAI's own models; undefined: another's. */
export function writeReasoning(
  request: GenerationRequest,
  { reasoning: way }: Quirks,
  traits: ModelTraits | undefined,
  log: TranslationLog,
): object {
  const { reasoning } = request;
  if (reasoning === undefined) return {};
  const effort = effortOf(reasoning, request.maxOutputTokens);
  const asked = { reasoning, effort, hasTools: request.tools.length > 0 };
  if (way === 'object') return writeObject(asked);
  if (way === 'switch') return { thinking: { type: effort === 'none' ? 'disabled' : 'enabled' } };
  if (way === 'effort') return writeEffort(asked, traits, log);
  if (effort !== 'none') log.lose('reasoning');
  return {};
}

const sampling = ['temperature', 'topP', 'logprobs'] as const;
const penalties = ['frequencyPenalty', 'presencePenalty', 'logitBias'] as const;

/** Reasoning models refuse what steers the choice of a token. */
export function lackedByReasoning(request: GenerationRequest, traits: ModelTraits): readonly FieldName[] {
  if (traits.efforts === undefined) return [];
  const isSampled = traits.sampling === 'without_reasoning' && request.reasoning?.effort === 'none';
  return [...penalties, ...(isSampled ? [] : sampling)];
}
