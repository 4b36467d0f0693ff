import * as z from 'zod';

/** What people call an account or a key: one line of well-formed text. */
export const displayName = z
  .string()
  .min(1)
  .max(100)
  .refine((name) => name.isWellFormed() && !/\p{Cc}/u.test(name), 'must not hold control characters')
  .refine((name) => name.trim() !== '', 'must not be blank');
