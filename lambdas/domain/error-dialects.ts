import type { ErrorBody } from './errors.ts';
import type { Surface } from './upstream/chat-provider.ts';

// The gateway's own errors as each client's SDK expects them: whole, and in the midst of a stream.

export type ErrorDialect = 'openai' | 'responses' | 'anthropic';

export const errorDialects: Readonly<Record<Surface, ErrorDialect>> = {
  'chat-completions': 'openai',
  responses: 'responses',
  messages: 'anthropic',
  'count-tokens': 'anthropic',
  embeddings: 'openai',
  moderations: 'openai',
};

const anthropicTypes: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
]);

function anthropicType(status: number, code: string): string {
  if (code === 'insufficient_quota') return 'billing_error';
  return anthropicTypes.get(status) ?? (status < 500 ? 'invalid_request_error' : 'api_error');
}

/** Anthropic's shape; what it has no member for stays beside, so that a code means the same on every route. */
function toAnthropic(status: number, { error: { message, param, code } }: ErrorBody, requestId?: string): object {
  const error = { type: anthropicType(status, code), message, param, code };
  return { type: 'error', error, ...(requestId !== undefined && { request_id: requestId }) };
}

export function writeErrorBody(dialect: ErrorDialect, status: number, body: ErrorBody, requestId: string): object {
  return dialect === 'anthropic' ? toAnthropic(status, body, requestId) : body;
}

/** The only way to tell a client whose stream has begun: the official SDKs raise it as their own error. */
export function writeErrorEvent(dialect: ErrorDialect, status: number, body: ErrorBody): string {
  if (dialect === 'openai') return `data: ${JSON.stringify(body)}\n\n`;
  const { message, param, code } = body.error;
  const told = dialect === 'anthropic' ? toAnthropic(status, body) : { type: 'error', code, message, param };
  return `event: error\ndata: ${JSON.stringify(told)}\n\n`;
}
