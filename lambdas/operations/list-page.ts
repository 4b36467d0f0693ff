import * as z from 'zod';
import { type Answer, answerJson } from '../domain/answer.ts';

const MAX_LIMIT = 100;

/** How many a page of a list holds at most. */
export const pageLimit = z
  .string()
  .refine((text) => /^[1-9]\d{0,2}$/.test(text) && Number(text) <= MAX_LIMIT, `must be from 1 to ${MAX_LIMIT}`)
  .default('20')
  .transform(Number);

/** A page in the envelope of OpenAI's lists. */
export function listAnswer(data: readonly { readonly id: string }[], hasMore: boolean): Answer {
  return answerJson(200, {
    object: 'list',
    data,
    first_id: data.at(0)?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: hasMore,
  });
}
