import * as z from 'zod/mini';

/** A virtual key as it is kept. The secret itself is nowhere: only its SHA-256. Times are Unix seconds. */
export const keyRecord = z.object({
  schemaVersion: z.literal(1),
  /** The public id, 12 base62 characters: safe to log, and what finds the record. */
  id: z.string(),
  accountId: z.string(),
  name: z.string(),
  type: z.enum(['master', 'user', 'spend_limit']),
  status: z.enum(['active', 'disabled']),
  /** SHA-256 of the whole secret part, lower-case hex. */
  secretSha256: z.string(),
  last4: z.string(),
  createdAt: z.int(),
  expiresAt: z.optional(z.int()),
});
export type KeyRecord = z.infer<typeof keyRecord>;
