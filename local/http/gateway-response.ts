import type { ApiModel, GatewayResponse } from '../template/api-model.ts';
import { type ContextValues, compileContextTemplate, escapeForJson } from './context-template.ts';

/** A case in which the API answers by itself: its type, and API Gateway's own status and message for it. */
export interface Refusal {
  readonly type: string;
  readonly status: number;
  readonly message: string;
  /** The `x-amzn-errortype` header. */
  readonly errorType: string;
}

function refusal(type: string, status: number, message: string, errorType: string): Refusal {
  return { type, status, message, errorType };
}

export const refusals = {
  unknownRoute: refusal(
    'MISSING_AUTHENTICATION_TOKEN',
    403,
    'Missing Authentication Token',
    'MissingAuthenticationTokenException',
  ),
  invalidSignature: refusal(
    'INVALID_SIGNATURE',
    403,
    'The request signature we calculated does not match the signature you provided.',
    'InvalidSignatureException',
  ),
  expiredSignature: refusal('EXPIRED_TOKEN', 403, 'Signature expired', 'InvalidSignatureException'),
  unknownCaller: refusal(
    'ACCESS_DENIED',
    403,
    'The security token included in the request is invalid.',
    'UnrecognizedClientException',
  ),
  requestTooLarge: refusal('REQUEST_TOO_LARGE', 413, 'Request Too Long', 'RequestTooLargeException'),
  blockedByWebAcl: refusal('WAF_FILTERED', 403, 'Forbidden', 'ForbiddenException'),
  throttled: refusal('THROTTLED', 429, 'Too Many Requests', 'TooManyRequestsException'),
  badRequest: refusal('DEFAULT_4XX', 400, 'Bad Request', 'BadRequestException'),
  headersTooLarge: refusal('DEFAULT_4XX', 431, 'Request Header Fields Too Large', 'BadRequestException'),
  functionFailed: refusal('DEFAULT_5XX', 502, 'Internal server error', 'InternalServerErrorException'),
  functionThrottled: refusal('DEFAULT_5XX', 500, 'Internal server error', 'InternalServerErrorException'),
  integrationTimeout: refusal('INTEGRATION_TIMEOUT', 504, 'Endpoint request timed out', 'GatewayTimeoutException'),
} as const;

export interface RenderedResponse {
  readonly status: number;
  readonly headers: readonly [string, string][];
  readonly body: string;
}

/** Renders what the API answers in a case, from the template's own definition where it has one. */
export type GatewayResponseRenderer = (refused: Refusal, values: ContextValues) => RenderedResponse;

const headerPrefix = 'gatewayresponse.header.';

export function createGatewayResponseRenderer({ gatewayResponses }: ApiModel): GatewayResponseRenderer {
  const byType = new Map(gatewayResponses.map((response) => [response.type, compile(response)]));
  const plain = compile({ type: '', status: undefined, templates: {}, parameters: {} });
  return (refused, values) => {
    const byDefault = refused.status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
    const render = byType.get(refused.type) ?? byType.get(byDefault) ?? plain;
    return render(refused, {
      ...values,
      'error.message': refused.message,
      'error.messageString': JSON.stringify(refused.message),
      'error.responseType': refused.type,
    });
  };
}

function compile({ status, templates, parameters }: GatewayResponse): GatewayResponseRenderer {
  const contentType = Object.keys(templates)[0] ?? 'application/json';
  const text = templates[contentType] ?? '{"message":$context.error.messageString}';
  const body = compileContextTemplate(text, { absent: '', write: escapeUnlessJson });
  const headers = Object.entries(parameters).filter(([name]) => name.startsWith(headerPrefix));
  return (refused, values) => ({
    status: status ?? refused.status,
    headers: [
      ['content-type', contentType],
      ['x-amzn-errortype', refused.errorType],
      ...headers.flatMap(([name, expression]): [string, string][] => {
        const value = evaluateParameter(expression, values);
        return value === undefined ? [] : [[name.slice(headerPrefix.length), value]];
      }),
    ],
    body: body(values),
  });
}

/** `messageString` is JSON already, quotes included. */
function escapeUnlessJson(name: string, value: string): string {
  return name === 'error.messageString' ? value : escapeForJson(value);
}

/** `'a literal'`, or a variable of the context. */
function evaluateParameter(expression: string, values: ContextValues): string | undefined {
  if (expression.startsWith("'")) return expression.slice(1, -1);
  const value = expression.startsWith('context.') ? values[expression.slice('context.'.length)] : undefined;
  return value === undefined || value === null ? undefined : String(value);
}
