import * as z from 'zod';

/** Of an operation that takes nothing but its path. */
export const noInput = z.strictObject({});
