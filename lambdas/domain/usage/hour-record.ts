import * as z from 'zod/mini';

const count = z.int().check(z.gte(0));

/** The parts that each run of a fold has written: one, or several where time ran out. */
const parts = z.array(z.object({ fold: count, parts: count }));

/** What is known of an account's hour. It is there before the first record of the hour is. */
export const hourRecord = z.object({
  schemaVersion: z.literal(1),
  /** Raised with every mark, so that a fold finds out about a record that came meanwhile. */
  marks: count,
  /** Raised with every step of a fold, so that a reader finds out about it. */
  folds: count,
  /** Unix seconds from which the hour may be folded. Absent: it is folded, and nothing has come since. */
  foldAfter: z.optional(count),
  /** Some of its requests were under zero logging. */
  hasUnlogged: z.optional(z.boolean()),
  requestRecordDays: count,
  usageDays: count,
  /** What the hour came to, once it is folded. */
  folded: z.optional(parts),
  /** Where a fold that ran out of time is to go on. */
  progress: z.optional(z.object({ written: parts, after: z.string() })),
});
export type HourRecord = Readonly<z.infer<typeof hourRecord>>;
