import * as z from 'zod/mini';
import { limitsRecord } from '../limits/limits-record.ts';
import { planNames } from '../plans/plans.ts';
import { retentionRecord } from './retention.ts';

/** An account as it is kept: a team, or a paying customer. Times are Unix seconds. */
export const accountRecord = z.object({
  schemaVersion: z.literal(1),
  /** `acct_` and 16 base62 characters. */
  id: z.string(),
  name: z.string(),
  plan: z.enum(planNames),
  /** A suspended account may be let in again; a closed one is closed for good. */
  status: z.enum(['active', 'suspended', 'closed']),
  createdAt: z.int(),
  /** Raised by every change, here and in the counters. 0: from before there were counters, so they may not exist yet. */
  policyVersion: z._default(z.int().check(z.gte(0)), 0),
  /** What the account is held to besides its plan; an enterprise plan has no other limits. */
  limits: z.optional(limitsRecord),
  retention: z.optional(retentionRecord),
  /** Members who were not removed, and owners among them. Absent: none. */
  memberCount: z.optional(z.int().check(z.gte(0))),
  ownerCount: z.optional(z.int().check(z.gte(0))),
  /** Since when the secrets of new keys are kept, under the envelope key. Absent: no secret is kept. */
  keepsSecretsSince: z.optional(z.int()),
  /** By provider, the version of the account's own credential for it; the operator's serves where there is none. */
  credentials: z.optional(z.record(z.string(), z.int())),
});
export type AccountRecord = z.infer<typeof accountRecord>;
