import * as z from 'zod/mini';
import {
  describeError,
  kindOfStatus,
  type UpstreamError,
  type UpstreamErrorKind,
} from '../../domain/conversation/upstream-error.ts';
import { tryReadJson } from '../../domain/json/read-json.ts';

const text = z.catch(z.nullish(z.string()), null);

const wireError = z.object({
  error: z.object({
    code: z.catch(z.nullish(z.int()), null),
    message: text,
    status: text,
    details: z.catch(z.nullish(z.array(z.looseObject({ reason: text }))), null),
  }),
});

const kinds: ReadonlyMap<unknown, UpstreamErrorKind> = new Map<unknown, UpstreamErrorKind>([
  ['INVALID_ARGUMENT', 'invalid_request'],
  ['FAILED_PRECONDITION', 'invalid_request'],
  ['OUT_OF_RANGE', 'invalid_request'],
  ['UNAUTHENTICATED', 'authentication'],
  ['PERMISSION_DENIED', 'permission'],
  ['NOT_FOUND', 'not_found'],
  ['RESOURCE_EXHAUSTED', 'rate_limit'],
  ['UNAVAILABLE', 'overloaded'],
  ['DEADLINE_EXCEEDED', 'timeout'],
  ['CANCELLED', 'server'],
  ['INTERNAL', 'server'],
  ['UNKNOWN', 'server'],
]);

/** Google tells of a bad key as of a bad argument. */
const keyReasons: ReadonlySet<unknown> = new Set(['API_KEY_INVALID', 'API_KEY_EXPIRED', 'API_KEY_SERVICE_BLOCKED']);

/** An error in the words of Google's APIs, alone or as the one element of a list; undefined: `value` is none. */
export function readError(value: unknown, status?: number): UpstreamError | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  const { data } = z.safeParse(wireError, first);
  if (data === undefined) return undefined;
  const { code, message, status: word, details } = data.error;
  const told = status ?? code ?? 500;
  const isOfKey = details?.some(({ reason }) => keyReasons.has(reason)) ?? false;
  return describeError({
    kind: isOfKey ? 'authentication' : (kinds.get(word) ?? kindOfStatus(told)),
    status: isOfKey ? 401 : told,
    message: message ?? undefined,
    code: word ?? undefined,
  });
}

export function decodeError(status: number, body: Uint8Array): UpstreamError {
  return readError(tryReadJson(body), status) ?? describeError({ kind: kindOfStatus(status), status });
}
