import * as z from 'zod';

/** It travels in a header, so it is one printable ASCII word. Shorter ones would be shown whole by their last four. */
export const putCredentialInput = z.strictObject({
  api_key: z
    .string()
    .min(8)
    .max(4096)
    .refine((text) => /^[\x21-\x7e]*$/.test(text), 'must be printable ASCII without spaces'),
});
