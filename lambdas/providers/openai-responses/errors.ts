import * as z from 'zod/mini';
import type { UpstreamError } from '../../domain/conversation/upstream-error.ts';
import { readError as readChatError } from '../openai/errors.ts';

const failed = z.object({ type: z.literal('response.failed'), response: z.object({ error: z.unknown() }) });
const event = z.object({ type: z.literal('error') });

/** An error in the words of this dialect; undefined: `value` is none. */
export function readError(value: unknown, status?: number): UpstreamError | undefined {
  const { data } = z.safeParse(failed, value);
  if (data !== undefined) return readChatError({ error: data.response.error }, status);
  const { success: isEvent } = z.safeParse(event, value);
  // As an event, its members stand at the top, beside a type that says nothing; in some recordings they do not.
  const told = isEvent && typeof value === 'object' ? { ...value, type: null } : value;
  return readChatError(told, status);
}
