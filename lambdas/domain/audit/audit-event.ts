import * as z from 'zod/mini';

// What the audit log says, in the shape of OpenAI's: the details stand under a member named as the type. Free text that a
// person wrote (names, addresses) stays out, as a chained event can never be erased.

/** Whoever holds an AWS principal that may call the management API. */
const actor = z.object({
  type: z.literal('iam'),
  iam: z.object({ arn: z.string(), ip_address: z.string() }),
});
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

/** An event before it has a place in a chain. */
export const auditEntry = z.discriminatedUnion('type', [
  z.object({
    ...common,
    type: z.literal('account.created'),
    'account.created': z.object({ id: z.string(), plan: z.string() }),
  }),
  z.object({
    ...common,
    type: z.literal('key.created'),
    'key.created': z.object({ id: z.string(), type: z.string() }),
  }),
  z.object({
    ...common,
    type: z.literal('admin.provider_credential.stored'),
    'admin.provider_credential.stored': z.object({ provider: z.string(), last4: z.string() }),
  }),
]);
export type AuditEntry = z.infer<typeof auditEntry>;
