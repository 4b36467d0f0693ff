// Every way in which the gateway itself says no, in one table: code -> status, OpenAI `type`, and for 5xx the only text
// that a client ever sees. A provider's own error is not here; it passes through unchanged.

const refusals = {
  invalid_json: { status: 400, type: 'invalid_request_error' },
  invalid_request: { status: 400, type: 'invalid_request_error' },
  unknown_parameter: { status: 400, type: 'invalid_request_error' },
  missing_model: { status: 400, type: 'invalid_request_error' },
  missing_api_key: { status: 401, type: 'invalid_request_error' },
  invalid_api_key: { status: 401, type: 'invalid_request_error' },
  key_disabled: { status: 401, type: 'invalid_request_error' },
  key_expired: { status: 401, type: 'invalid_request_error' },
  permission_denied: { status: 403, type: 'invalid_request_error' },
  model_not_found: { status: 404, type: 'invalid_request_error' },
  not_found: { status: 404, type: 'invalid_request_error' },
  conflict: { status: 409, type: 'invalid_request_error' },
  request_too_large: { status: 413, type: 'invalid_request_error' },
} as const;

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
  },
  upstream_timeout: { status: 504, type: 'server_error', message: 'The provider did not answer in time.' },
} as const;

export type RefusalCode = keyof typeof refusals;
export type FaultCode = keyof typeof faults;

/** An expected no: a value, never thrown. `message` is written for the caller and holds nothing that the caller sent. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  /** The JSON path of the field at fault, e.g. `messages[0].role`. */
  readonly param: string | null;
}

export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal };

export function accept<Value>(value: Value): Outcome<Value> {
  return { ok: true, value };
}

export function refuse(
  code: RefusalCode,
  message: string,
  param: string | null = null,
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { code, message, param } };
}

/** A fault of the gateway or of a provider: thrown by adapters, turned into HTTP in one place. The cause is never sent. */
export class GatewayFault extends Error {
  override readonly name = 'GatewayFault';
  readonly code: FaultCode;

  constructor(code: FaultCode, options?: { readonly cause?: unknown }) {
    super(code, options);
    this.code = code;
  }
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
  readonly body: ErrorBody;
}

export function answerRefusal({ code, message, param }: Refusal): ErrorAnswer {
  const { status, type } = refusals[code];
  return { status, body: { error: { message, type, param, code } } };
}

export function answerFault(code: FaultCode): ErrorAnswer {
  const { status, type, message } = faults[code];
  return { status, body: { error: { message, type, param: null, code } } };
}
