import * as z from 'zod';

/** What would reorder, hide or break a line where people read it: a name must look like what it is. */
const MISLEADING = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const MISLEADING_BUT_LINES = /[^\P{Cc}\t\n\r]|[\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

const message = 'must be well-formed text without control characters';

/** One line of text that people read. */
export function textLine(maxLength: number) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .refine((text) => text.isWellFormed() && !MISLEADING.test(text), message);
}

/** The same, of any number of lines. */
export function freeText(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .refine((text) => text.isWellFormed() && !MISLEADING_BUT_LINES.test(text), message);
}

/** What people call an account, a key or themselves. */
export const displayName = textLine(100).refine((name) => name.trim() !== '', 'must not be blank');
