import * as z from 'zod';
import type { Answer } from '../domain/answer.ts';
import type { Outcome } from '../domain/errors.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import { dimensions, type UsageGroup } from '../domain/usage/group-usage.ts';
import { type ReportUsagePorts, reportFields, reportUsage } from './report-usage.ts';
import { several } from './usage-fields.ts';

const completionsUsageInput = z.strictObject({
  ...reportFields,
  bucket_width: z.enum(['1m', '1h', '1d']).default('1d'),
  group_by: several(z.enum(dimensions)),
});

/** As OpenAI has them. */
const sizes = { '1m': { usual: 60, most: 1_440 }, '1h': { usual: 24, most: 168 }, '1d': { usual: 7, most: 31 } };

function present({ by, counts }: UsageGroup) {
  const { inputTokens, cachedInputTokens, cacheWriteTokens } = counts;
  return {
    object: 'organization.usage.completions.result',
    num_model_requests: counts.requests,
    input_tokens: inputTokens,
    input_cached_tokens: cachedInputTokens,
    input_cache_write_tokens: cacheWriteTokens,
    // A provider may tell parts that are more than the whole.
    input_uncached_tokens: Math.max(0, inputTokens - cachedInputTokens - cacheWriteTokens),
    input_audio_tokens: counts.audioInputTokens,
    output_tokens: counts.outputTokens,
    output_audio_tokens: counts.audioOutputTokens,
    ...by,
    project_id: null,
    user_id: null,
    batch: null,
    service_tier: null,
  };
}

/** GET /v1/organization/usage/completions */
export async function retrieveUsage(call: KeyCall, ports: ReportUsagePorts): Promise<Outcome<Answer>> {
  const input = parseInput(completionsUsageInput, call.input);
  if (!input.ok) return input;
  const { group_by: groupBy = [], ...report } = input.value;
  return reportUsage(call, { ...report, groupBy }, { sizes, present }, ports);
}
