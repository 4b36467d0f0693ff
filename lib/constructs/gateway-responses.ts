import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { edgeHeaders } from './security-headers.ts';

/** How API Gateway itself says no, in the gateway's own error shape, so that an SDK raises its own typed error. */
interface EdgeAnswer {
  readonly types: readonly ResponseType[];
  /** @default - the status that API Gateway would give */
  readonly status?: number;
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const refusal = 'invalid_request_error';
const fault = 'server_error';

const edgeAnswers: readonly EdgeAnswer[] = [
  {
    // What API Gateway calls a missing token is a route that does not exist, or an unsigned call to /admin.
    types: [ResponseType.MISSING_AUTHENTICATION_TOKEN, ResponseType.RESOURCE_NOT_FOUND],
    status: 404,
    type: refusal,
    code: 'not_found',
    message: 'There is no such route.',
  },
  {
    types: [ResponseType.REQUEST_TOO_LARGE],
    status: 413,
    type: refusal,
    code: 'request_too_large',
    message: 'The request body is larger than 4.5 MB.',
  },
  {
    types: [ResponseType.THROTTLED, ResponseType.QUOTA_EXCEEDED],
    status: 429,
    type: 'requests',
    code: 'rate_limit_exceeded',
    message: 'The gateway is at its limit of requests per second. Try again shortly.',
    headers: { 'retry-after': '1', 'retry-after-ms': '1000' },
  },
  {
    types: [
      ResponseType.WAF_FILTERED,
      ResponseType.ACCESS_DENIED,
      ResponseType.INVALID_SIGNATURE,
      ResponseType.EXPIRED_TOKEN,
    ],
    status: 403,
    type: refusal,
    code: 'permission_denied',
    message: 'The request is not allowed.',
  },
  {
    types: [ResponseType.UNAUTHORIZED],
    status: 401,
    type: refusal,
    code: 'permission_denied',
    message: 'The request is not allowed.',
  },
  {
    types: [ResponseType.DEFAULT_4XX],
    type: refusal,
    code: 'invalid_request',
    message: 'The request could not be understood.',
  },
  {
    types: [ResponseType.INTEGRATION_TIMEOUT],
    status: 504,
    type: fault,
    code: 'upstream_timeout',
    message: 'The provider did not answer in time.',
  },
  {
    types: [ResponseType.INTEGRATION_FAILURE],
    status: 502,
    type: fault,
    code: 'internal_error',
    message: 'The gateway failed. Nothing more is known to the client; quote the request id.',
  },
  {
    types: [ResponseType.DEFAULT_5XX],
    type: fault,
    code: 'internal_error',
    message: 'The gateway failed. Nothing more is known to the client; quote the request id.',
  },
];

/** An error body as every route answers it: all four keys, always. */
export function renderErrorBody({ message, type, code }: Pick<EdgeAnswer, 'message' | 'type' | 'code'>): string {
  return JSON.stringify({ error: { message, type, param: null, code } });
}

/** Replaces API Gateway's own error answers. None holds a detail of the failure. */
export function addGatewayResponses(api: RestApi): void {
  for (const answer of edgeAnswers) {
    // A literal value of a response header stands in single quotes; without them it is a mapping expression.
    const literals = Object.entries({ ...edgeHeaders, ...answer.headers }).map(([name, value]) => [name, `'${value}'`]);
    for (const type of answer.types) {
      api.addGatewayResponse(type.responseType, {
        type,
        statusCode: answer.status?.toString(),
        responseHeaders: { 'x-request-id': 'context.requestId', ...Object.fromEntries(literals) },
        templates: { 'application/json': renderErrorBody(answer) },
      });
    }
  }
}
