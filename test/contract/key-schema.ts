import { z } from 'zod';

const usd = z.string().regex(/^\d+\.\d{2,9}$/);
const count = z.int().nullable();
const limitsAndSpend = {
  max_budget: usd.nullable(),
  rpm_limit: count,
  tpm_limit: count,
  spend: usd,
  spend_reserved: usd,
  budget_remaining: usd.nullable(),
  budget_reset_at: count,
};

/** A key as every route shows it: all fields always, and no secret. */
export const shownKey = z.strictObject({
  object: z.literal('api_key'),
  id: z.string().regex(/^[0-9A-Za-z]{12}$/),
  type: z.enum(['master', 'user', 'spend_limit']),
  status: z.enum(['active', 'disabled', 'expired', 'revoked']),
  user_id: z.string().nullable(),
  last4: z.string().length(4),
  recoverable: z.boolean(),
  created_at: z.int(),
  previous_secret_expires_at: count,
  name: z.string(),
  role: z.enum(['owner', 'admin', 'developer', 'billing', 'auditor']).nullable(),
  permissions: z.array(z.string()).nullable(),
  models: z.array(z.string()).nullable(),
  ...limitsAndSpend,
  budget_duration: z.enum(['none', 'daily', 'weekly', 'monthly']),
  max_parallel_requests: count,
  model_limits: z.record(z.string(), z.strictObject(limitsAndSpend)),
  allowed_domains: z.array(z.string()).nullable(),
  allowed_ips: z.array(z.string()).nullable(),
  expires_at: count,
  environment: z.enum(['development', 'staging', 'production']).nullable(),
  moderation: z.enum(['off', 'flag', 'block']),
  zero_logging: z.boolean(),
  metadata: z.record(z.string(), z.string()),
  tags: z.array(z.string()),
});

/** The one answer that has the secret. */
export const createdKey = shownKey.extend({ key: z.string().regex(/^ask_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/) });
