import type { FieldName } from './fields.ts';
import type { GenerationRequest } from './generation-request.ts';
import { takeCarried } from './take-carried.ts';
import type { TranslationLog } from './translation-log.ts';

/** Notes the settings that were asked for and that the target lacks, unless what was asked for comes about anyhow. */
export function loseSettings(request: GenerationRequest, lacking: readonly FieldName[], log: TranslationLog): void {
  const take = takeCarried(new Set(lacking), log);
  take('frequencyPenalty', request.frequencyPenalty || undefined);
  take('presencePenalty', request.presencePenalty || undefined);
  take('seed', request.seed);
  take('logitBias', request.logitBias);
  take('choices', request.choices === 1 ? undefined : request.choices);
  take('logprobs', request.logprobs);
  take('user', request.user);
  take('safetyId', request.safetyId);
  take('metadata', request.metadata);
  take('store', request.isStored === true ? true : undefined);
  take('cacheKey', request.cacheKey);
  take('verbosity', request.verbosity);
  take('json', request.format?.kind === 'json' ? true : undefined);
}
