import * as z from 'zod/mini';
import {
  describeError,
  kindOfStatus,
  type UpstreamError,
  type UpstreamErrorKind,
} from '../../domain/conversation/upstream-error.ts';
import { tryReadJson } from '../../domain/json/read-json.ts';

const wireError = z.object({
  error: z.object({ type: z.catch(z.nullish(z.string()), null), message: z.catch(z.nullish(z.string()), null) }),
});

const kinds: ReadonlyMap<unknown, UpstreamErrorKind> = new Map<unknown, UpstreamErrorKind>([
  ['invalid_request_error', 'invalid_request'],
  ['authentication_error', 'authentication'],
  ['billing_error', 'quota'],
  ['permission_error', 'permission'],
  ['not_found_error', 'not_found'],
  ['request_too_large', 'too_large'],
  ['rate_limit_error', 'rate_limit'],
  ['timeout_error', 'timeout'],
  ['api_error', 'server'],
  ['overloaded_error', 'overloaded'],
]);

/** Anthropic's own status for being overloaded. */
const overloadedStatus = 529;

/** An error in the words of this dialect; undefined: `value` is none. */
export function readError(value: unknown, status?: number): UpstreamError | undefined {
  const { data } = z.safeParse(wireError, value);
  if (data === undefined) return undefined;
  const { type, message } = data.error;
  const kind = kinds.get(type) ?? kindOfStatus(status ?? 500);
  return describeError({
    kind,
    status: status ?? (kind === 'overloaded' ? overloadedStatus : undefined),
    message: message ?? undefined,
    code: type ?? undefined,
  });
}

export function decodeError(status: number, body: Uint8Array): UpstreamError {
  return readError(tryReadJson(body), status) ?? describeError({ kind: kindOfStatus(status), status });
}

const types: Readonly<Record<UpstreamErrorKind, string>> = {
  invalid_request: 'invalid_request_error',
  authentication: 'authentication_error',
  permission: 'permission_error',
  not_found: 'not_found_error',
  too_large: 'request_too_large',
  rate_limit: 'rate_limit_error',
  quota: 'billing_error',
  overloaded: 'overloaded_error',
  timeout: 'timeout_error',
  server: 'api_error',
};

/** For a client of this dialect. */
export function writeError({ kind, message }: UpstreamError): object {
  return { type: 'error', error: { type: types[kind], message } };
}
