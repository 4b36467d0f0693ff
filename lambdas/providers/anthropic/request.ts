import type { EncodedRequest, Target } from '../../domain/conversation/codec.ts';
import type { FieldName } from '../../domain/conversation/fields.ts';
import type { GenerationRequest } from '../../domain/conversation/generation-request.ts';
import { loseSettings } from '../../domain/conversation/lose-settings.ts';
import type { CacheMark } from '../../domain/conversation/parts.ts';
import { type IdRule, mapToolCallIds } from '../../domain/conversation/tool-call-ids.ts';
import {
  createTranslationLog,
  type Translated,
  type TranslationLog,
} from '../../domain/conversation/translation-log.ts';
import type { Outcome } from '../../domain/errors.ts';
import { countMarks, createMarker } from '../claude/cache-marks.ts';
import { type ClaudeTraits, findClaudeTraits } from '../claude/model-traits.ts';
import { chooseSampling, type Sampling } from '../claude/sampling.ts';
import { chooseThinking, type Thinking } from '../claude/thinking.ts';
import type { Writing } from './content.ts';
import { writeMessages } from './messages.ts';
import { writeTools } from './tools.ts';

const toolUseIds: IdRule = { pattern: /^[\w-]{1,64}$/, replace: (n) => `toolu_${n}` };

/** What Claude has no word for, whichever model it is. */
const lacking: readonly FieldName[] = [
  'frequencyPenalty',
  'presencePenalty',
  'seed',
  'logitBias',
  'choices',
  'logprobs',
  'metadata',
  'store',
  'cacheKey',
  'verbosity',
  'json',
];

/** Anthropic insists on a limit. This is what a model that nobody has described takes. */
const usualMaxTokens = 4_096;

function writeSampling({ temperature, topP, topK }: Sampling): object {
  return { temperature, top_p: topP, top_k: topK };
}

/** Half an hour is no choice here, and an hour costs more than was asked for. */
function writeMark({ ttl }: CacheMark): object {
  return { cache_control: { type: 'ephemeral', ...(ttl === '1h' || ttl === '12h' ? { ttl: '1h' } : {}) } };
}

function writeUser({ user, safetyId }: GenerationRequest, log: TranslationLog): object | undefined {
  if (user !== undefined && safetyId !== undefined) log.lose('safetyId');
  const user_id = user ?? safetyId;
  return user_id === undefined ? undefined : { user_id };
}

const tiers: ReadonlyMap<string, string> = new Map([
  ['auto', 'auto'],
  ['default', 'standard_only'],
  ['standard_only', 'standard_only'],
]);

function writeTier({ serviceTier }: GenerationRequest, log: TranslationLog): string | undefined {
  if (serviceTier === undefined) return undefined;
  const tier = tiers.get(serviceTier);
  if (tier === undefined) log.lose('serviceTier');
  return tier;
}

function writeOutput({ format }: GenerationRequest, { effort }: Thinking, traits: ClaudeTraits, log: TranslationLog) {
  if (format?.kind === 'schema' && !traits.hasSchemas) log.lose('schema');
  if (format?.kind === 'schema' && format.description !== undefined) log.lose('schemaDescription');
  const schema = format?.kind === 'schema' ? { type: 'json_schema', schema: format.schema } : undefined;
  return effort === undefined && schema === undefined ? undefined : { effort, format: schema };
}

/** A request to Anthropic's Messages API. */
export function encodeRequest(request: GenerationRequest, target: Target): Outcome<Translated<EncodedRequest>> {
  const log = createTranslationLog(request.dialect);
  const traits = findClaudeTraits(target.model);
  const maxTokens = request.maxOutputTokens ?? target.maxOutputTokens ?? usualMaxTokens;
  const thinking = chooseThinking(request, traits, maxTokens, log);
  const writing: Writing = {
    log,
    nameOf: mapToolCallIds(request, toolUseIds),
    mark: createMarker(countMarks(request), writeMark, log),
    hasSchemas: traits.hasSchemas,
  };
  loseSettings(request, lacking, log);
  const body = {
    model: target.model,
    max_tokens: maxTokens,
    ...(request.isStreamed && { stream: true }),
    ...writeTools(request, traits, writing),
    ...writeMessages(request.messages, traits.hasLaterSystem, writing),
    ...writing.mark(request.cache),
    thinking: thinking.thinking,
    output_config: writeOutput(request, thinking, traits, log),
    ...writeSampling(chooseSampling(request, traits, thinking.isOn, log)),
    stop_sequences: request.stop,
    metadata: writeUser(request, log),
    service_tier: writeTier(request, log),
  };
  return log.conclude({ path: '/messages', body, headers: { 'anthropic-version': '2023-06-01' } });
}
