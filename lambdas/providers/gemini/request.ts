import type { EncodedRequest, Target } from '../../domain/conversation/codec.ts';
import type { FieldName } from '../../domain/conversation/fields.ts';
import type { GenerationRequest, Message } from '../../domain/conversation/generation-request.ts';
import { alternate, findPrefill, hoistSystem, nameCalls } from '../../domain/conversation/messages.ts';
import { type Take, takeCarried } from '../../domain/conversation/take-carried.ts';
import {
  createTranslationLog,
  type Translated,
  type TranslationLog,
} from '../../domain/conversation/translation-log.ts';
import type { Outcome } from '../../domain/errors.ts';
import { type Writing, writeParts } from './content.ts';
import { findGeminiTraits, type GeminiTraits } from './model-traits.ts';
import { chooseThinking } from './thinking.ts';
import { writeTools } from './tools.ts';

const lacking: readonly FieldName[] = [
  'logitBias',
  'user',
  'safetyId',
  'metadata',
  'serviceTier',
  'store',
  'cacheKey',
  'cacheMark',
  'verbosity',
];

/** Gemini takes no more stop sequences than these. */
const mostStops = 5;

function writeContents(turns: readonly Message[], writing: Writing): object[] {
  return alternate(turns).flatMap(({ role, parts, name, phase }) => {
    if (name !== undefined) writing.log.lose('messageName');
    if (phase !== undefined) writing.log.lose('phase');
    const written = writeParts(parts, writing);
    return written.length === 0 ? [] : [{ role: role === 'assistant' ? 'model' : 'user', parts: written }];
  });
}

function writeFormat({ format }: GenerationRequest, log: TranslationLog): object {
  if (format?.kind === 'json') return { responseMimeType: 'application/json' };
  if (format?.kind !== 'schema') return {};
  if (format.description !== undefined) log.lose('schemaDescription');
  return { responseMimeType: 'application/json', responseJsonSchema: format.schema };
}

function writeConfig(request: GenerationRequest, traits: GeminiTraits, take: Take, log: TranslationLog): object {
  if ((request.stop?.length ?? 0) > mostStops) log.lose('stop');
  return {
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    maxOutputTokens: request.maxOutputTokens,
    stopSequences: request.stop,
    seed: request.seed,
    candidateCount: request.choices,
    presencePenalty: take('presencePenalty', request.presencePenalty),
    frequencyPenalty: take('frequencyPenalty', request.frequencyPenalty),
    ...(request.logprobs && { responseLogprobs: true, logprobs: request.logprobs.top || undefined }),
    ...writeFormat(request, log),
    thinkingConfig: chooseThinking(request, traits, log),
  };
}

function loseOthers(request: GenerationRequest, take: Take, log: TranslationLog): void {
  take('logitBias', request.logitBias);
  take('user', request.user);
  take('safetyId', request.safetyId);
  take('metadata', request.metadata);
  take('serviceTier', request.serviceTier);
  take('store', request.isStored === true ? true : undefined);
  take('cacheKey', request.cacheKey);
  take('cacheMark', request.cache);
  take('verbosity', request.verbosity);
  const prefill = findPrefill(request);
  if (prefill !== undefined) log.lose('prefill', prefill.at);
}

/** A request to Gemini's own API. */
export function encodeRequest(request: GenerationRequest, target: Target): Outcome<Translated<EncodedRequest>> {
  const log = createTranslationLog(request.dialect);
  const traits = findGeminiTraits(target.model);
  const penalties = traits.hasPenalties ? [] : (['presencePenalty', 'frequencyPenalty'] as const);
  const take = takeCarried(new Set<FieldName>([...lacking, ...penalties]), log);
  const names = nameCalls(request.messages);
  const writing: Writing = { ...traits, log, toolOf: (id) => names.get(id) ?? id };
  loseOthers(request, take, log);
  const { system, turns, isMoved } = hoistSystem(request.messages);
  if (isMoved) log.lose('systemPlace');
  const instructions = system.flatMap(({ parts }) => writeParts(parts, writing));
  const body = {
    systemInstruction: instructions.length === 0 ? undefined : { parts: instructions },
    contents: writeContents(turns, writing),
    ...writeTools(request, log),
    generationConfig: writeConfig(request, traits, take, log),
  };
  const method = request.isStreamed ? 'streamGenerateContent?alt=sse' : 'generateContent';
  return log.conclude({ path: `/models/${encodeURIComponent(target.model)}:${method}`, body, headers: {} });
}
