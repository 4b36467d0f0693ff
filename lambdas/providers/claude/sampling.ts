import type { FieldName } from '../../domain/conversation/fields.ts';
import type { GenerationRequest } from '../../domain/conversation/generation-request.ts';
import { takeCarried } from '../../domain/conversation/take-carried.ts';
import type { TranslationLog } from '../../domain/conversation/translation-log.ts';
import type { ClaudeTraits } from './model-traits.ts';

export interface Sampling {
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly topK: number | undefined;
}

/** What steers the choice of a token, as far as the model lets it. */
export function chooseSampling(
  request: GenerationRequest,
  traits: ClaudeTraits,
  isThinking: boolean,
  log: TranslationLog,
): Sampling {
  const { temperature, topP, topK } = request;
  const isFree = traits.hasSampling && !isThinking;
  const isBoth = temperature !== undefined && topP !== undefined && !traits.hasBothSamplings;
  const take = takeCarried(
    new Set<FieldName>([
      ...(isFree ? [] : (['temperature', 'topK'] as const)),
      ...(isBoth || !traits.hasSampling || (isThinking && (topP ?? 1) < 0.95) ? (['topP'] as const) : []),
    ]),
    log,
  );
  // OpenAI's scale goes on to 2, where Anthropic's has ended.
  if (isFree && temperature !== undefined && temperature > 1) log.lose('temperature');
  const given = take('temperature', temperature);
  return {
    temperature: given === undefined ? undefined : Math.min(given, 1),
    topP: take('topP', topP),
    topK: take('topK', topK),
  };
}
