// One HTTP exchange of the AWS JSON protocol over a kept connection.
import { crc32 } from '../domain/crc32.ts';
import { ExchangeError } from '../net/connection.ts';
import { createExchangeClient, type ExchangeOnce } from '../net/exchange-client.ts';
import { createSocketOpener } from '../net/open-socket.ts';
import type { HttpResponse } from '../net/response-reader.ts';
import { AwsError } from './aws-error.ts';

/** No answer of the calls made here comes near: an item has at most 400 KB. */
const limits = { maxHeadBytes: 16_384, maxBodyBytes: 4 * 1024 * 1024 } as const;
const MAX_CONNECTIONS = 128;

/** Where a service is reached. */
export interface Endpoint {
  readonly host: string;
  readonly exchange: ExchangeOnce;
}

export function openEndpoint(address: string): Endpoint {
  const url = new URL(address);
  const exchange = createExchangeClient({
    openSocket: createSocketOpener(url),
    maxConnections: MAX_CONNECTIONS,
    limits,
    now: () => Date.now(),
    elapsedMs: () => performance.now(),
  });
  return { host: url.host, exchange };
}

/** The head's lines but for the body's length. The AWS JSON protocol knows one path alone: `/`. */
export function formatHead(headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST / HTTP/1.1\r\nconnection: keep-alive\r\n${lines.join('')}`;
  if (!/^(?:[\x20-\x7e]+\r\n)+$/.test(head)) throw new TypeError('a header that HTTP cannot carry');
  return head;
}

export interface JsonRequest {
  /** For error messages. */
  readonly operation: string;
  readonly endpoint: Endpoint;
  /** As `formatHead` makes it. */
  readonly head: string;
  readonly body: string;
  readonly timeoutMs: number;
}

export interface JsonResponse {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly text: string;
}

/** DynamoDB sends a CRC-32 of every answer. */
function isIntact({ headers, body }: HttpResponse): boolean {
  const sent = headers.get('x-amz-crc32');
  return sent === undefined || Number(sent) === crc32(body);
}

function toAwsError(operation: string, cause: unknown): unknown {
  if (!(cause instanceof ExchangeError)) return cause;
  return new AwsError(cause.failure, operation, { retryable: true, stale: cause.isStale, cause });
}

/** Throws AwsError, always retryable, when no whole answer came in time. */
export async function exchangeJson(request: JsonRequest): Promise<JsonResponse> {
  const { operation, endpoint, head, body, timeoutMs } = request;
  const bytes = Buffer.byteLength(body);
  const text = `${head}content-length: ${bytes}\r\n\r\n${body}`;
  // What is ASCII alone needs no encoding.
  const encoding = bytes === body.length ? 'latin1' : 'utf8';
  let response: HttpResponse;
  try {
    response = await endpoint.exchange({ text, encoding }, timeoutMs);
  } catch (cause) {
    throw toAwsError(operation, cause);
  }
  if (!isIntact(response)) throw new AwsError('MalformedResponse', operation, { retryable: true });
  const requestId = response.headers.get('x-amzn-requestid');
  return { status: response.status, requestId, text: response.body.toString('utf8') };
}
