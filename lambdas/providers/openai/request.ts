import type { EncodedRequest, Target } from '../../domain/conversation/codec.ts';
import type { GenerationRequest } from '../../domain/conversation/generation-request.ts';
import { findPrefill, gatherResults } from '../../domain/conversation/messages.ts';
import { type Take, takeCarried } from '../../domain/conversation/take-carried.ts';
import { mapToolCallIds } from '../../domain/conversation/tool-call-ids.ts';
import { createTranslationLog, type Translated } from '../../domain/conversation/translation-log.ts';
import type { Outcome } from '../../domain/errors.ts';
import type { Writing } from './content.ts';
import { writeMessage } from './messages.ts';
import { findTraits, type ModelTraits } from './model-traits.ts';
import { findQuirks, type Quirks } from './quirks.ts';
import { lackedByReasoning, writeReasoning } from './reasoning.ts';
import { writeFormat, writeTools } from './tools.ts';

function writeMessages(request: GenerationRequest, writing: Writing): object[] {
  const prefill = findPrefill(request);
  if (prefill !== undefined && !writing.quirks.hasPrefix) writing.log.lose('prefill', prefill.at);
  const messages = gatherResults(request.messages).flatMap((message) => writeMessage(message, writing));
  const last = messages.at(-1);
  return prefill === undefined || last === undefined ? messages : [...messages.slice(0, -1), { ...last, prefix: true }];
}

function writeSampling(request: GenerationRequest, { seed }: Quirks, take: Take): object {
  const logprobs = take('logprobs', request.logprobs);
  return {
    temperature: take('temperature', request.temperature),
    top_p: take('topP', request.topP),
    top_k: take('topK', request.topK),
    frequency_penalty: take('frequencyPenalty', request.frequencyPenalty),
    presence_penalty: take('presencePenalty', request.presencePenalty),
    [seed]: take('seed', request.seed),
    stop: take('stop', request.stop),
    n: take('choices', request.choices),
    ...(logprobs && { logprobs: true, top_logprobs: logprobs.top }),
    logit_bias: take('logitBias', request.logitBias),
  };
}

function writeAdministration(request: GenerationRequest, take: Take): object {
  return {
    user: take('user', request.user),
    safety_identifier: take('safetyId', request.safetyId),
    metadata: take('metadata', request.metadata),
    service_tier: take('serviceTier', request.serviceTier),
    store: take('store', request.isStored),
    prompt_cache_key: take('cacheKey', request.cacheKey),
  };
}

/** OpenAI's own models, whoever hosts them; undefined: another's. */
function traitsFor({ model }: Target, { knowsDeveloper }: Quirks): ModelTraits | undefined {
  return knowsDeveloper ? findTraits(model) : undefined;
}

/** A request in the dialect of Chat Completions, as OpenAI or the target's server takes it. */
export function encodeRequest(request: GenerationRequest, target: Target): Outcome<Translated<EncodedRequest>> {
  const log = createTranslationLog(request.dialect);
  const known = findQuirks(target.provider);
  const traits = traitsFor(target, known);
  const quirks: Quirks = traits?.hasBreakpoints === false ? { ...known, cacheMark: 'none' } : known;
  const take = takeCarried(new Set([...quirks.lacks, ...(traits ? lackedByReasoning(request, traits) : [])]), log);
  const nameOf = quirks.ids === undefined ? (id: string) => id : mapToolCallIds(request, quirks.ids);
  const writing: Writing = { quirks, log, nameOf };
  if (request.cache !== undefined) log.lose('cacheMark');
  const body = {
    model: target.model,
    messages: writeMessages(request, writing),
    ...(request.isStreamed && { stream: true, stream_options: { include_usage: true } }),
    ...writeTools(request, writing, take),
    response_format: writeFormat(request, take),
    ...writeReasoning(request, quirks, traits, log),
    verbosity: take('verbosity', request.verbosity),
    [quirks.maxTokens]: request.maxOutputTokens,
    ...writeSampling(request, quirks, take),
    ...writeAdministration(request, take),
  };
  return log.conclude({ path: '/chat/completions', body, headers: {} });
}
