import type { EncodedRequest, Target } from '../../domain/conversation/codec.ts';
import { effortOf } from '../../domain/conversation/effort.ts';
import type { FieldName } from '../../domain/conversation/fields.ts';
import type { GenerationRequest, Message } from '../../domain/conversation/generation-request.ts';
import { loseSettings } from '../../domain/conversation/lose-settings.ts';
import { alternate, findPrefill, hoistSystem, isForced } from '../../domain/conversation/messages.ts';
import type { CacheMark } from '../../domain/conversation/parts.ts';
import { mapToolCallIds } from '../../domain/conversation/tool-call-ids.ts';
import {
  createTranslationLog,
  type Translated,
  type TranslationLog,
} from '../../domain/conversation/translation-log.ts';
import type { Outcome } from '../../domain/errors.ts';
import { countMarks, createMarker } from '../claude/cache-marks.ts';
import { findClaudeTraits } from '../claude/model-traits.ts';
import { chooseSampling } from '../claude/sampling.ts';
import { chooseThinking } from '../claude/thinking.ts';
import { type Writing, writeBlocks } from './content.ts';
import { createNamer } from './media.ts';
import { findFamily, type ModelFamily } from './model-family.ts';
import { writeTools } from './tools.ts';

const lacking: readonly FieldName[] = [
  'frequencyPenalty',
  'presencePenalty',
  'seed',
  'logitBias',
  'choices',
  'logprobs',
  'user',
  'safetyId',
  'metadata',
  'store',
  'cacheKey',
  'verbosity',
  'json',
];

/** Where no output limit tells what a budget is a share of. */
const usualMaxTokens = 4_096;

function writePoint({ ttl }: CacheMark): object {
  return { cachePoint: { type: 'default', ...(ttl === '1h' || ttl === '12h' ? { ttl: '1h' } : {}) } };
}

/** What the model is told of sampling and reasoning: in Converse's words, and in its own. */
interface Steering {
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly own: object;
}

function steerClaude(request: GenerationRequest, { model, maxOutputTokens }: Target, log: TranslationLog): Steering {
  const traits = findClaudeTraits(model);
  const maxTokens = request.maxOutputTokens ?? maxOutputTokens ?? usualMaxTokens;
  const { thinking, effort, isOn } = chooseThinking(request, traits, maxTokens, log);
  const { temperature, topP, topK } = chooseSampling(request, traits, isOn, log);
  const output_config = effort === undefined ? undefined : { effort };
  return { temperature, topP, own: { thinking, output_config, top_k: topK } };
}

function steer(request: GenerationRequest, family: ModelFamily, log: TranslationLog): Steering {
  const { temperature, topP, topK, reasoning } = request;
  const effort = reasoning && effortOf(reasoning, request.maxOutputTokens);
  if (topK !== undefined && family.writeTopK === undefined) log.lose('topK');
  if (effort !== undefined && effort !== 'none' && family.writeEffort === undefined) log.lose('reasoning');
  const own = {
    ...(topK === undefined ? {} : family.writeTopK?.(topK)),
    ...(effort === undefined ? {} : family.writeEffort?.(effort)),
  };
  return { temperature, topP, own };
}

const tiers: ReadonlySet<string> = new Set(['default', 'priority', 'flex', 'reserved']);

function writeTier({ serviceTier }: GenerationRequest, log: TranslationLog): object | undefined {
  if (serviceTier === undefined || serviceTier === 'auto') return undefined;
  if (tiers.has(serviceTier)) return { type: serviceTier };
  log.lose('serviceTier');
  return undefined;
}

function writeFormat({ format }: GenerationRequest, hasSchemas: boolean, log: TranslationLog): object | undefined {
  if (format?.kind !== 'schema') return undefined;
  if (!hasSchemas) log.lose('schema');
  const { name = 'response', description } = format;
  const jsonSchema = { schema: JSON.stringify(format.schema), name, description };
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
}

function writeMessages(turns: readonly Message[], writing: Writing): object[] {
  return alternate(turns).flatMap(({ role, parts, name, phase }) => {
    if (name !== undefined) writing.log.lose('messageName');
    if (phase !== undefined) writing.log.lose('phase');
    const content = writeBlocks(parts, writing);
    return content.length === 0 ? [] : [{ role, content }];
  });
}

function createWriting(request: GenerationRequest, family: ModelFamily, log: TranslationLog): Writing {
  const mark = createMarker(countMarks(request), writePoint, log);
  const lose = (cache: CacheMark | undefined) => {
    if (cache !== undefined) log.lose('cacheMark');
    return undefined;
  };
  return {
    log,
    nameOf: mapToolCallIds(request, family.ids),
    nameDocument: createNamer(),
    mark: family.hasCache ? mark : lose,
  };
}

const isEmpty = (value: object) => Object.values(value).every((member) => member === undefined);

/** A request to Bedrock's Converse. */
export function encodeRequest(request: GenerationRequest, target: Target): Outcome<Translated<EncodedRequest>> {
  const log = createTranslationLog(request.dialect);
  const family = findFamily(target.model);
  const traits = family.isClaude ? findClaudeTraits(target.model) : undefined;
  const hasSchemas = traits?.hasSchemas ?? true;
  const writing = createWriting(request, family, log);
  loseSettings(request, lacking, log);
  const prefill = findPrefill(request);
  if (prefill !== undefined && !family.hasPrefill) log.lose('prefill', prefill.at);
  if (traits?.hasForcedTools === false && isForced(request)) log.lose('toolChoice');
  const toolConfig = writeTools(request, hasSchemas, writing);
  const { system, turns, isMoved } = hoistSystem(request.messages);
  if (isMoved) log.lose('systemPlace');
  const instructions = system.flatMap(({ parts }) => writeBlocks(parts, writing));
  const messages = writeMessages(turns, writing);
  if (request.cache !== undefined) log.lose('cacheMark');
  const { temperature, topP, own } = family.isClaude ? steerClaude(request, target, log) : steer(request, family, log);
  const inferenceConfig = { maxTokens: request.maxOutputTokens, temperature, topP, stopSequences: request.stop };
  const body = {
    messages,
    system: instructions.length === 0 ? undefined : instructions,
    inferenceConfig: isEmpty(inferenceConfig) ? undefined : inferenceConfig,
    toolConfig,
    outputConfig: writeFormat(request, hasSchemas, log),
    additionalModelRequestFields: isEmpty(own) ? undefined : own,
    serviceTier: writeTier(request, log),
  };
  const path = `/model/${encodeURIComponent(target.model)}/converse${request.isStreamed ? '-stream' : ''}`;
  return log.conclude({ path, body, headers: {} });
}
