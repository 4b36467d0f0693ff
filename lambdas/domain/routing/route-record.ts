import * as z from 'zod/mini';
import { MODEL_PATTERN } from '../models/model-pattern.ts';

/** `provider/model`, without wildcards: a route leads somewhere. */
const target = z.string().check(z.regex(MODEL_PATTERN), z.regex(/^[a-z][a-z0-9-]{0,31}\/[^*]+$/));

/** What a name of the account's own stands for: who takes turns, and who stands in when none of them can answer. */
export const routeRecord = z.object({
  targets: z
    .array(z.object({ model: target, weight: z.int().check(z.gte(1), z.lte(1_000)) }))
    .check(z.minLength(1), z.maxLength(8)),
  /** In the order to try. */
  fallbacks: z.array(target).check(z.maxLength(8)),
});
export type RouteRecord = z.infer<typeof routeRecord>;

/** By alias: a name without a slash, so that it can never hide a provider's model. */
export const routeRecords = z.record(z.string().check(z.regex(/^[A-Za-z0-9._:@+-]{1,64}$/)), routeRecord);
