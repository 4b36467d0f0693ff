import type { EncodedRequest, Target } from '../../domain/conversation/codec.ts';
import { effortOf, nearestEffort } from '../../domain/conversation/effort.ts';
import type { FieldName } from '../../domain/conversation/fields.ts';
import type { GenerationRequest } from '../../domain/conversation/generation-request.ts';
import { findPrefill } from '../../domain/conversation/messages.ts';
import { type Take, takeCarried } from '../../domain/conversation/take-carried.ts';
import { mapToolCallIds } from '../../domain/conversation/tool-call-ids.ts';
import {
  createTranslationLog,
  type Translated,
  type TranslationLog,
} from '../../domain/conversation/translation-log.ts';
import type { Outcome } from '../../domain/errors.ts';
import { findTraits, type ModelTraits } from '../openai/model-traits.ts';
import { lackedByReasoning } from '../openai/reasoning.ts';
import type { Writing } from './content.ts';
import { writeItems } from './input.ts';
import { writeText, writeTools } from './tools.ts';

const lacking: readonly FieldName[] = [
  'topK',
  'frequencyPenalty',
  'presencePenalty',
  'seed',
  'logitBias',
  'stop',
  'choices',
];

const callIds = { pattern: /^.{1,64}$/s, replace: (n: number) => `call_${n}` };

function writeReasoning(
  { reasoning, maxOutputTokens }: GenerationRequest,
  { efforts }: ModelTraits,
  log: TranslationLog,
) {
  if (reasoning === undefined) return undefined;
  const wanted = effortOf(reasoning, maxOutputTokens);
  if (efforts === undefined) {
    if (wanted !== 'none') log.lose('reasoning');
    return undefined;
  }
  const summary = reasoning.summary ?? (reasoning.isShown === false || wanted === 'none' ? undefined : 'auto');
  return { effort: wanted && nearestEffort(wanted, efforts), summary };
}

function loseOthers(request: GenerationRequest, take: Take, log: TranslationLog): void {
  take('topK', request.topK);
  take('frequencyPenalty', request.frequencyPenalty || undefined);
  take('presencePenalty', request.presencePenalty || undefined);
  take('seed', request.seed);
  take('logitBias', request.logitBias);
  take('stop', request.stop);
  take('choices', request.choices === 1 ? undefined : request.choices);
  if (request.cache !== undefined) log.lose('cacheMark');
  const prefill = findPrefill(request);
  if (prefill !== undefined) log.lose('prefill', prefill.at);
}

function findFreeTextCalls({ messages }: GenerationRequest): ReadonlySet<string> {
  const parts = messages.flatMap((message) => message.parts);
  return new Set(parts.flatMap((part) => (part.type === 'tool_call' && part.isFreeText === true ? [part.id] : [])));
}

function writeAdministration(request: GenerationRequest): object {
  return {
    user: request.user,
    safety_identifier: request.safetyId,
    metadata: request.metadata,
    service_tier: request.serviceTier,
    // It would be kept where nothing is said, and nothing here may be.
    store: request.isStored ?? false,
    prompt_cache_key: request.cacheKey,
  };
}

/** A request in the dialect of OpenAI's Responses. */
export function encodeRequest(request: GenerationRequest, target: Target): Outcome<Translated<EncodedRequest>> {
  const log = createTranslationLog(request.dialect);
  const traits = findTraits(target.model);
  const take = takeCarried(new Set([...lacking, ...lackedByReasoning(request, traits)]), log);
  const writing: Writing = {
    log,
    nameOf: mapToolCallIds(request, callIds),
    hasBreakpoints: traits.hasBreakpoints,
    origin: target.provider === 'xai' ? 'xai' : 'openai',
    freeTextCalls: findFreeTextCalls(request),
  };
  loseOthers(request, take, log);
  const logprobs = take('logprobs', request.logprobs);
  const include = [
    ...(traits.efforts === undefined ? [] : ['reasoning.encrypted_content']),
    ...(logprobs === undefined ? [] : ['message.output_text.logprobs']),
  ];
  const body = {
    model: target.model,
    input: request.messages.flatMap((message) => writeItems(message, writing)),
    ...(request.isStreamed && { stream: true }),
    ...writeTools(request, writing),
    text: writeText(request),
    reasoning: writeReasoning(request, traits, log),
    max_output_tokens: request.maxOutputTokens,
    temperature: take('temperature', request.temperature),
    top_p: take('topP', request.topP),
    top_logprobs: logprobs?.top,
    ...(include.length > 0 && { include }),
    ...writeAdministration(request),
  };
  return log.conclude({ path: '/responses', body, headers: {} });
}
