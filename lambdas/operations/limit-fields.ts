import * as z from 'zod';
import type { LimitsRecord, ModelLimitsRecord } from '../domain/limits/limits-record.ts';
import { budgetDurations } from '../domain/limits/scope.ts';
import { formatUsd, parseUsd } from '../domain/money.ts';

/** US dollars in, nano-dollars out. */
const usd = z.string().transform((text, context) => {
  const nano = parseUsd(text);
  if (nano !== undefined) return nano;
  const message = 'must be US dollars as a decimal string such as "12.50", at most "9000000"';
  context.issues.push({ code: 'custom', message, input: text });
  return z.NEVER;
});

/** As callers set them, on keys, on the models of a key and on accounts. */
export const modelLimitFields = {
  max_budget: usd.optional(),
  rpm_limit: z.int().min(1).max(1_000_000_000).optional(),
  tpm_limit: z.int().min(1).max(1_000_000_000_000).optional(),
};
export const limitFields = {
  ...modelLimitFields,
  budget_duration: z.enum(budgetDurations).optional(),
  max_parallel_requests: z.int().min(1).max(10_000).optional(),
};

const modelLimits = z.object(modelLimitFields);
const limits = z.object(limitFields);

export function toModelLimits(fields: z.infer<typeof modelLimits>): ModelLimitsRecord {
  return {
    maxBudgetNano: fields.max_budget,
    requestsPerMinute: fields.rpm_limit,
    tokensPerMinute: fields.tpm_limit,
  };
}

export function toLimits(fields: z.infer<typeof limits>): LimitsRecord {
  return {
    ...toModelLimits(fields),
    budgetDuration: fields.budget_duration,
    parallelRequests: fields.max_parallel_requests,
  };
}

/** An amount as it is shown; null where there is none. */
export function showUsd(nano: number | undefined): string | null {
  return nano === undefined ? null : formatUsd(nano);
}

/** As callers see them: null where there is no such limit. */
export function showModelLimits(record: ModelLimitsRecord) {
  return {
    max_budget: showUsd(record.maxBudgetNano),
    rpm_limit: record.requestsPerMinute ?? null,
    tpm_limit: record.tokensPerMinute ?? null,
  };
}

export function showLimits(record: LimitsRecord) {
  return {
    ...showModelLimits(record),
    budget_duration: record.budgetDuration ?? 'none',
    max_parallel_requests: record.parallelRequests ?? null,
  };
}
