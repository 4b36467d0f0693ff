import * as z from 'zod/mini';
import { priceOverride } from '../pricing/price-overrides.ts';

// What the audit log says, in the shape of OpenAI's and by its names where it has one: the details stand under a member
// named as the type. Free text that a person wrote (names, addresses) stays out, as a chained event can never be erased.

const user = z.object({ id: z.string() });
const apiKeyActor = z.object({ id: z.string(), ip_address: z.string(), user: z.optional(user) });
/**
 * Who made the change: whoever holds an AWS principal that may call the operator routes, a key of the account (a member's
 * names the member), or a person who holds no key yet and was invited.
 */
const actor = z.discriminatedUnion('type', [
  z.object({ type: z.literal('iam'), iam: z.object({ arn: z.string(), ip_address: z.string() }) }),
  z.object({ type: z.literal('api_key'), api_key: apiKeyActor }),
  z.object({ type: z.literal('session'), session: z.object({ user, ip_address: z.string() }) }),
]);
export type Actor = z.infer<typeof actor>;

const common = {
  schemaVersion: z.literal(1),
  /** `audit_` and 24 base62 characters. */
  id: z.string(),
  /** Unix seconds. */
  effective_at: z.int(),
  actor,
  /** The x-request-id of the call that made the change. */
  request_id: z.string(),
  /** Whose chain it stands in: an account's id, or `operator`. */
  tenant: z.string(),
};

const nullish = <Schema extends z.ZodMiniType>(schema: Schema) => z.optional(z.nullable(schema));

/** What a change set on a key, as far as no person wrote it; null where it took something away. Amounts are US dollars. */
const newSettings = z.object({
  role: nullish(z.string()),
  permissions: nullish(z.array(z.string())),
  max_budget: nullish(z.string()),
  budget_duration: nullish(z.string()),
  rpm_limit: nullish(z.int()),
  tpm_limit: nullish(z.int()),
  max_parallel_requests: nullish(z.int()),
  expires_at: nullish(z.int()),
  moderation: nullish(z.string()),
  zero_logging: nullish(z.boolean()),
});

/** The same of an account. */
const newAccountSettings = z.object({
  plan: z.optional(z.string()),
  status: z.optional(z.string()),
  recoverable_keys: z.optional(z.boolean()),
  max_budget: nullish(z.string()),
  budget_duration: nullish(z.string()),
  rpm_limit: nullish(z.int()),
  tpm_limit: nullish(z.int()),
  max_parallel_requests: nullish(z.int()),
});

/** An event before it has a place in a chain. */
export const auditEntry = z.discriminatedUnion('type', [
  z.object({
    ...common,
    type: z.literal('account.created'),
    'account.created': z.object({ id: z.string(), data: z.object({ plan: z.string() }) }),
  }),
  z.object({
    ...common,
    type: z.literal('api_key.created'),
    'api_key.created': z.object({
      id: z.string(),
      data: z.object({
        type: z.string(),
        user_id: z.optional(z.string()),
        environment: z.optional(z.string()),
        role: z.optional(z.string()),
        permissions: z.optional(z.array(z.string())),
      }),
    }),
  }),
  z.object({
    ...common,
    type: z.literal('api_key.updated'),
    'api_key.updated': z.object({
      id: z.string(),
      policy_version: z.int(),
      /** The names of all fields that changed, those among them whose values are free text. */
      fields: z.array(z.string()),
      changes_requested: newSettings,
    }),
  }),
  z.object({
    ...common,
    type: z.literal('api_key.rotated'),
    'api_key.rotated': z.object({
      id: z.string(),
      policy_version: z.int(),
      previous_secret_expires_at: z.int(),
    }),
  }),
  z.object({
    ...common,
    type: z.literal('api_key.revealed'),
    'api_key.revealed': z.object({ id: z.string() }),
  }),
  z.object({
    ...common,
    type: z.literal('api_key.deleted'),
    'api_key.deleted': z.object({ id: z.string(), policy_version: z.int() }),
  }),
  z.object({
    ...common,
    type: z.literal('account.updated'),
    'account.updated': z.object({
      id: z.string(),
      policy_version: z.int(),
      fields: z.array(z.string()),
      changes_requested: newAccountSettings,
    }),
  }),
  z.object({
    ...common,
    type: z.literal('user.added'),
    'user.added': z.object({ id: z.string(), data: z.object({ role: z.string() }) }),
  }),
  z.object({
    ...common,
    type: z.literal('user.updated'),
    'user.updated': z.object({
      id: z.string(),
      version: z.int(),
      fields: z.array(z.string()),
      changes_requested: z.object({ role: z.optional(z.string()) }),
    }),
  }),
  z.object({
    ...common,
    type: z.literal('user.deleted'),
    'user.deleted': z.object({ id: z.string(), version: z.int() }),
  }),
  z.object({
    ...common,
    type: z.literal('invite.sent'),
    'invite.sent': z.object({ id: z.string(), data: z.object({ role: z.string() }) }),
  }),
  z.object({
    ...common,
    type: z.literal('invite.accepted'),
    'invite.accepted': z.object({ id: z.string() }),
  }),
  z.object({
    ...common,
    type: z.literal('invite.deleted'),
    'invite.deleted': z.object({ id: z.string() }),
  }),
  z.object({
    ...common,
    type: z.literal('account.provider_credential.stored'),
    'account.provider_credential.stored': z.object({
      provider: z.string(),
      last4: z.string(),
      policy_version: z.int(),
    }),
  }),
  z.object({
    ...common,
    type: z.literal('account.provider_credential.deleted'),
    'account.provider_credential.deleted': z.object({ provider: z.string(), policy_version: z.int() }),
  }),
  z.object({
    ...common,
    type: z.literal('admin.secrets.rewrapped'),
    'admin.secrets.rewrapped': z.object({ count: z.int(), purposes: z.array(z.string()) }),
  }),
  z.object({
    ...common,
    type: z.literal('admin.provider_credential.stored'),
    'admin.provider_credential.stored': z.object({ provider: z.string(), last4: z.string() }),
  }),
  z.object({
    ...common,
    type: z.literal('admin.model_price.stored'),
    'admin.model_price.stored': z.object({ model: z.string(), data: priceOverride }),
  }),
  z.object({
    ...common,
    type: z.literal('admin.model_price.deleted'),
    'admin.model_price.deleted': z.object({ model: z.string() }),
  }),
]);
export type AuditEntry = z.infer<typeof auditEntry>;
