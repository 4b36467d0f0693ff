import * as z from 'zod/mini';
import { roles } from '../access/permissions.ts';

/** A person in an account, as they are kept. Times are Unix seconds. */
export const memberRecord = z.object({
  schemaVersion: z.literal(1),
  /** `user_` and 24 base62 characters. */
  id: z.string(),
  accountId: z.string(),
  role: z.enum(roles),
  /** A removed member stays as a tombstone that tells nothing of the person. */
  status: z.enum(['active', 'removed']),
  email: z.optional(z.string()),
  name: z.optional(z.string()),
  addedAt: z.int(),
  removedAt: z.optional(z.int()),
  /** Raised by every change. */
  version: z.int().check(z.gte(1)),
});
export type MemberRecord = z.infer<typeof memberRecord>;
