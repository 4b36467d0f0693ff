// The parameters that reports of usage share, as they come in a query string.
import * as z from 'zod';

/** Eleven digits last until the year 5138; what is longer is milliseconds. */
export const unixSeconds = z
  .string()
  .refine((text) => /^\d{1,11}$/.test(text), 'must be a time in Unix seconds')
  .transform(Number);

export function wholeNumber(most: number) {
  return z
    .string()
    .refine((text) => /^[1-9]\d{0,5}$/.test(text) && Number(text) <= most, `must be from 1 to ${most}`)
    .transform(Number);
}

/** One value or several: `models=a`, `models=a&models=b`, `models[]=a&models[]=b`. */
export function several<Schema extends z.ZodType>(element: Schema) {
  return z.preprocess(
    (value) => (typeof value === 'string' ? [value] : value),
    z.array(element).min(1).max(100).optional(),
  );
}

const name = z.string().min(1).max(200);

export const filterFields = { api_key_ids: several(name), models: several(name) };
