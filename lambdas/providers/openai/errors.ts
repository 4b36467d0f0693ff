import * as z from 'zod/mini';
import {
  describeError,
  kindOfStatus,
  statusOfKind,
  type UpstreamError,
  type UpstreamErrorKind,
} from '../../domain/conversation/upstream-error.ts';
import { tryReadJson } from '../../domain/json/read-json.ts';

const word = z.catch(z.nullish(z.union([z.string(), z.number()])), null);
const details = z.object({ message: z.catch(z.nullish(z.string()), null), type: word, code: word, param: word });

/** OpenAI's; Mistral and vLLM have the members at the top; some have a bare text for `error`. */
const wireError = z.union([
  z.object({ error: z.union([details, z.string()]) }),
  z.object({ message: z.string(), type: word, code: word, param: word }),
]);

function detailsOf(wire: z.infer<typeof wireError>): z.infer<typeof details> {
  const told = 'error' in wire ? wire.error : wire;
  return typeof told === 'string' ? { message: told } : told;
}

const kinds: ReadonlyMap<unknown, UpstreamErrorKind> = new Map<unknown, UpstreamErrorKind>([
  ['insufficient_quota', 'quota'],
  ['invalid_api_key', 'authentication'],
  ['authentication_error', 'authentication'],
  ['permission_denied', 'permission'],
  ['rate_limit_exceeded', 'rate_limit'],
  ['rate_limit_error', 'rate_limit'],
  ['too_many_requests', 'rate_limit'],
  ['invalid_request_error', 'invalid_request'],
  ['context_length_exceeded', 'invalid_request'],
  ['model_not_found', 'not_found'],
  ['overloaded_error', 'overloaded'],
  ['server_is_overloaded', 'overloaded'],
  ['slow_down', 'overloaded'],
  ['server_error', 'server'],
  ['api_error', 'server'],
  ['timeout', 'timeout'],
]);

const statusIn = (code: unknown): number | undefined =>
  typeof code === 'number' && code >= 400 && code <= 599 ? code : undefined;

const textIn = (value: string | number | null | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** An error in the words of this dialect; undefined: `value` is none. `status` is what HTTP said, where it said anything. */
export function readError(value: unknown, status?: number): UpstreamError | undefined {
  const { data } = z.safeParse(wireError, value);
  if (data === undefined) return undefined;
  const { message, type, code, param } = detailsOf(data);
  const told = status ?? statusIn(code);
  const known = kinds.get(code) ?? kinds.get(type);
  const kind = known ?? kindOfStatus(told ?? 500);
  return describeError({
    kind,
    status: told ?? statusOfKind[kind],
    message: message ?? undefined,
    code: textIn(code) ?? textIn(type),
    param: textIn(param),
  });
}

export function decodeError(status: number, body: Uint8Array): UpstreamError {
  return readError(tryReadJson(body), status) ?? describeError({ kind: kindOfStatus(status), status });
}

const types: Readonly<Record<UpstreamErrorKind, string>> = {
  invalid_request: 'invalid_request_error',
  authentication: 'invalid_request_error',
  permission: 'invalid_request_error',
  not_found: 'invalid_request_error',
  too_large: 'invalid_request_error',
  rate_limit: 'requests',
  quota: 'insufficient_quota',
  overloaded: 'server_error',
  timeout: 'server_error',
  server: 'server_error',
};

/** OpenAI's own, where the provider had none. */
const codes: Readonly<Partial<Record<UpstreamErrorKind, string>>> = {
  authentication: 'invalid_api_key',
  rate_limit: 'rate_limit_exceeded',
  quota: 'insufficient_quota',
  overloaded: 'server_is_overloaded',
};

export function codeOf({ kind, code }: UpstreamError): string | null {
  return code ?? codes[kind] ?? null;
}

/** For a client of this dialect: the official SDKs read all four members. */
export function writeError(error: UpstreamError): object {
  const { kind, message, param = null } = error;
  return { error: { message, type: types[kind], param, code: codeOf(error) } };
}
