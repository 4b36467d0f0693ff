// Every way in which the gateway itself says no, in one table: code -> status, OpenAI `type`, and for 5xx the only text
// that a client ever sees. A provider's own error is not here; it passes through unchanged.

interface RefusalKind {
  readonly status: number;
  readonly type: string;
  /** Sent with every refusal of this kind. */
  readonly headers?: Readonly<Record<string, string>>;
}

const refusals = {
  invalid_json: { status: 400, type: 'invalid_request_error' },
  invalid_request: { status: 400, type: 'invalid_request_error' },
  unknown_parameter: { status: 400, type: 'invalid_request_error' },
  unsupported_parameter: { status: 400, type: 'invalid_request_error' },
  missing_model: { status: 400, type: 'invalid_request_error' },
  missing_api_key: { status: 401, type: 'invalid_request_error' },
  invalid_api_key: { status: 401, type: 'invalid_request_error' },
  key_disabled: { status: 401, type: 'invalid_request_error' },
  key_expired: { status: 401, type: 'invalid_request_error' },
  unpriced_model: { status: 400, type: 'invalid_request_error' },
  unbounded_request: { status: 400, type: 'invalid_request_error' },
  request_exceeds_token_limit: { status: 400, type: 'invalid_request_error' },
  permission_denied: { status: 403, type: 'invalid_request_error' },
  model_not_allowed: { status: 403, type: 'invalid_request_error' },
  origin_not_allowed: { status: 403, type: 'invalid_request_error' },
  ip_not_allowed: { status: 403, type: 'invalid_request_error' },
  model_not_found: { status: 404, type: 'invalid_request_error' },
  not_found: { status: 404, type: 'invalid_request_error' },
  conflict: { status: 409, type: 'invalid_request_error' },
  idempotency_key_reused: { status: 409, type: 'invalid_request_error' },
  version_mismatch: { status: 412, type: 'invalid_request_error' },
  request_too_large: { status: 413, type: 'invalid_request_error' },
  rate_limit_exceeded: { status: 429, type: 'requests' },
  too_many_parallel_requests: { status: 429, type: 'requests' },
  budget_reserved: { status: 429, type: 'requests' },
  // Waiting does not help, and the official SDKs would try a 429 again.
  insufficient_quota: { status: 429, type: 'insufficient_quota', headers: { 'x-should-retry': 'false' } },
} as const satisfies Readonly<Record<string, RefusalKind>>;

interface FaultKind extends RefusalKind {
  readonly message: string;
}

const faults = {
  internal_error: {
    status: 500,
    type: 'server_error',
    message: 'The gateway failed. Nothing more is known to the client; quote the request id.',
  },
  upstream_error: {
    status: 502,
    type: 'server_error',
    message: 'The provider could not be reached, or its answer could not be used.',
  },
  service_unavailable: {
    status: 503,
    type: 'server_error',
    message: 'The gateway cannot reach its own store. Nothing was forwarded; try again.',
    // Seconds. As short as HTTP can say: the store has been tried for a while already.
    headers: { 'retry-after': '1' },
  },
  upstream_timeout: { status: 504, type: 'server_error', message: 'The provider did not answer in time.' },
} as const satisfies Readonly<Record<string, FaultKind>>;

export type RefusalCode = keyof typeof refusals;
export type FaultCode = keyof typeof faults;

/** An expected no: a value, never thrown. `message` is written for the caller and holds nothing that the caller sent. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  /** The JSON path of the field at fault, e.g. `messages[0].role`. */
  readonly param: string | null;
  /** OpenAI's `type`, where it depends on more than the code: a rate limit is one of `requests` or of `tokens`. */
  readonly type?: string | undefined;
  /** To be sent with it, names in lower case: `retry-after` and the like. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
}

export type Outcome<Value> = { readonly ok: true; readonly value: Value } | Refused;

export function accept<Value>(value: Value): Outcome<Value> {
  return { ok: true, value };
}

export function refuse(
  code: RefusalCode,
  message: string,
  param: string | null = null,
  more: Pick<Refusal, 'type' | 'headers'> = {},
): Refused {
  return { ok: false, refusal: { code, message, param, ...more } };
}

/** A fault of the gateway or of a provider: thrown by adapters, turned into HTTP in one place. The cause is never sent. */
export class GatewayFault extends Error {
  override readonly name = 'GatewayFault';
  readonly code: FaultCode;
  /** True where it is certain that not a byte of the request reached the provider: then there is nothing to charge. */
  readonly unsent: boolean;
  /** The client knows already, from the stream that broke. */
  readonly isTold: boolean;
  /** To be sent with the answer, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: FaultCode, options: GatewayFaultOptions = {}) {
    super(code, options);
    this.code = code;
    this.unsent = options.unsent ?? false;
    this.isTold = options.isTold ?? false;
    this.headers = options.headers ?? {};
  }
}

interface GatewayFaultOptions {
  readonly cause?: unknown;
  readonly unsent?: boolean;
  readonly isTold?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What was thrown, with headers for its answer. */
export function faultWith(cause: unknown, headers: Readonly<Record<string, string>>): GatewayFault {
  if (!(cause instanceof GatewayFault)) return new GatewayFault('internal_error', { cause, headers });
  const { code, unsent } = cause;
  return new GatewayFault(code, { cause: cause.cause, unsent, headers: { ...cause.headers, ...headers } });
}

/** OpenAI's error body: all four keys, always. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
}

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

export function answerRefusal({ code, message, param, type, headers }: Refusal): ErrorAnswer {
  const kind: RefusalKind = refusals[code];
  return {
    status: kind.status,
    headers: { ...kind.headers, ...headers },
    body: { error: { message, type: type ?? kind.type, param, code } },
  };
}

export function answerFault(code: FaultCode): ErrorAnswer {
  const { status, type, message, headers = {} }: FaultKind = faults[code];
  return { status, headers, body: { error: { message, type, param: null, code } } };
}
