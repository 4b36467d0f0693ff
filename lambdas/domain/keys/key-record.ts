import * as z from 'zod/mini';
import { roles } from '../access/permissions.ts';
import { limitsRecord, modelLimitsRecord } from '../limits/limits-record.ts';

/** A master key may everything in the account; a spend_limit key calls models and always has a budget. */
export const keyTypes = ['master', 'user', 'spend_limit'] as const;

/** Which of its owner's systems a key is for. */
export const environments = ['development', 'staging', 'production'] as const;

/** What becomes of a request whose content is found wanting. */
export const moderationModes = ['off', 'flag', 'block'] as const;

/** A secret that was replaced, until its own deadline. */
const formerSecret = z.object({ sha256: z.string(), endsAt: z.int() });

/** A virtual key as it is kept. The secret itself is nowhere: only its SHA-256. Times are Unix seconds. */
export const keyRecord = z.object({
  schemaVersion: z.literal(1),
  /** The public id, 12 base62 characters: safe to log, and what finds the record. */
  id: z.string(),
  accountId: z.string(),
  /** Of the member whose key it is, and with whom it falls. Absent: the account's own. */
  userId: z.optional(z.string()),
  name: z.string(),
  type: z.enum(keyTypes),
  /** A revoked key stays as a tombstone, for good: its id is never used again. */
  status: z.enum(['active', 'disabled', 'revoked']),
  /** SHA-256 of the whole secret part, lower-case hex. */
  secretSha256: z.string(),
  last4: z.string(),
  /** The one before, while its grace lasts. */
  formerSecret: z.optional(formerSecret),
  /** The secret is kept too, under the envelope key, in a record of its own. */
  recoverable: z.optional(z.boolean()),
  createdAt: z.int(),
  expiresAt: z.optional(z.int()),
  revokedAt: z.optional(z.int()),
  /** Raised by every change, here and in the counters. 0: from before there were counters, so they may not exist yet. */
  policyVersion: z._default(z.int().check(z.gte(0)), 0),
  limits: z.optional(limitsRecord),
  /** By model pattern; each is a scope of its own within the key's. */
  modelLimits: z.optional(z.record(z.string(), modelLimitsRecord)),
  /** Patterns of the models that the key may call. Absent: all. */
  models: z.optional(z.array(z.string())),
  /** What a user key may, at most: the lower of this and its member's role. At most one of the two is there. */
  role: z.optional(z.enum(roles)),
  permissions: z.optional(z.array(z.string())),
  /** `[*.]host[:port]`, in the URL standard's own spelling: browsers may send requests from there alone. */
  allowedDomains: z.optional(z.array(z.string())),
  /** CIDR blocks, in canonical spelling. */
  allowedIps: z.optional(z.array(z.string())),
  moderation: z.optional(z.enum(moderationModes)),
  /** Of a request only its id, scopes and amount are recorded. */
  zeroLogging: z.optional(z.boolean()),
  environment: z.optional(z.string()),
  metadata: z.optional(z.record(z.string(), z.string())),
  tags: z.optional(z.array(z.string())),
});
export type KeyRecord = z.infer<typeof keyRecord>;
