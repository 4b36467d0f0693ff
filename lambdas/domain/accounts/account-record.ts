import * as z from 'zod/mini';
import { planNames } from '../plans/plans.ts';

/** An account as it is kept: a team, or a paying customer. Times are Unix seconds. */
export const accountRecord = z.object({
  schemaVersion: z.literal(1),
  /** `acct_` and 16 base62 characters. */
  id: z.string(),
  name: z.string(),
  plan: z.enum(planNames),
  status: z.enum(['active', 'closed']),
  createdAt: z.int(),
});
export type AccountRecord = z.infer<typeof accountRecord>;
