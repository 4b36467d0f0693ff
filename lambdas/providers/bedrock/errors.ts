import * as z from 'zod/mini';
import {
  describeError,
  kindOfStatus,
  type UpstreamError,
  type UpstreamErrorKind,
} from '../../domain/conversation/upstream-error.ts';
import { tryParseExactly } from '../../domain/json/exact-json.ts';
import { tryReadJson } from '../../domain/json/read-json.ts';
import type { EventMessage } from './event-stream.ts';

const text = z.catch(z.nullish(z.string()), null);

const wireError = z.object({ message: text, Message: text, __type: text });

const kinds: ReadonlyMap<string, UpstreamErrorKind> = new Map<string, UpstreamErrorKind>([
  ['validation', 'invalid_request'],
  ['accessdenied', 'permission'],
  ['unrecognizedclient', 'authentication'],
  ['expiredtoken', 'authentication'],
  ['resourcenotfound', 'not_found'],
  ['throttling', 'rate_limit'],
  ['servicequotaexceeded', 'quota'],
  ['modeltimeout', 'timeout'],
  ['modelnotready', 'overloaded'],
  ['serviceunavailable', 'overloaded'],
  ['internalserver', 'server'],
  ['modelerror', 'server'],
  ['modelstreamerror', 'server'],
]);

/** `throttlingException`, `com.amazon.coral.service#ThrottlingException` -> its kind. */
function kindOf(name: string | null | undefined): UpstreamErrorKind | undefined {
  const bare = name?.slice(name.lastIndexOf('#') + 1).replace(/Exception$/, '');
  return bare === undefined ? undefined : kinds.get(bare.toLowerCase());
}

/** The model failed, and not the request. */
const modelError = 424;

export function decodeError(status: number, body: Uint8Array): UpstreamError {
  const { data } = z.safeParse(wireError, tryReadJson(body));
  const kind = kindOf(data?.__type) ?? (status === modelError ? 'server' : kindOfStatus(status));
  return describeError({ kind, status, message: data?.message ?? data?.Message ?? undefined });
}

/** What a stream tells instead of an event; undefined: it is an event. */
export function readFailure({ headers, payload }: EventMessage): UpstreamError | undefined {
  const type = headers[':message-type'];
  if (type === 'event') return undefined;
  const name = headers[':exception-type'] ?? headers[':error-code'];
  const { data } = z.safeParse(wireError, tryParseExactly(payload));
  return describeError({
    kind: kindOf(name) ?? 'server',
    message: data?.message ?? headers[':error-message'],
    code: name,
  });
}
