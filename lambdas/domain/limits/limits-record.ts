import * as z from 'zod/mini';
import { MAX_NANO_USD } from '../money.ts';
import { budgetDurations, type ScopeLimits } from './scope.ts';

const nanoUsd = z.int().check(z.gte(0), z.lte(MAX_NANO_USD));
const perMinute = z.int().check(z.gte(1));

/** What the requests of one key to some models are held to, as it is kept. Absent: no such limit. */
export const modelLimitsRecord = z.object({
  maxBudgetNano: z.optional(nanoUsd),
  requestsPerMinute: z.optional(perMinute),
  tokensPerMinute: z.optional(perMinute),
});
export type ModelLimitsRecord = z.infer<typeof modelLimitsRecord>;

/** What a key or an account is held to, as it is kept. Absent: no such limit; a budget then lasts for ever. */
export const limitsRecord = z.extend(modelLimitsRecord, {
  budgetDuration: z.optional(z.enum(budgetDurations)),
  parallelRequests: z.optional(z.int().check(z.gte(1))),
});
export type LimitsRecord = z.infer<typeof limitsRecord>;

export function toScopeLimits(limits: LimitsRecord): ScopeLimits {
  return {
    maxBudgetNano: limits.maxBudgetNano,
    budgetDuration: limits.budgetDuration ?? 'none',
    requestsPerMinute: limits.requestsPerMinute,
    tokensPerMinute: limits.tokensPerMinute,
    parallelRequests: limits.parallelRequests,
  };
}
