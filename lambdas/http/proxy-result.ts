import type { Answer } from '../domain/answer.ts';
import { securityHeaders } from './security-headers.ts';

/** What a buffered Lambda proxy integration hands to API Gateway. */
export interface ProxyResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

const decoder = new TextDecoder();

/** For whole answers in text; a delivery piece by piece needs a streaming integration. */
export function toProxyResult({ status, headers, body }: Answer, requestId: string): ProxyResult {
  if (!(body instanceof Uint8Array)) throw new TypeError('A buffered integration cannot stream');
  return {
    statusCode: status,
    headers: { ...securityHeaders, ...headers, 'x-request-id': requestId },
    body: decoder.decode(body),
    isBase64Encoded: false,
  };
}
