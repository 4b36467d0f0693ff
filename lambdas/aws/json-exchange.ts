// One HTTP exchange of the AWS JSON protocol over a kept connection.
import type { ClientRequest, IncomingMessage } from 'node:http';
import { crc32 } from '../domain/crc32.ts';
import { createKeptConnections, toPlace } from '../net/kept-connections.ts';
import { AwsError } from './aws-error.ts';

/** No answer of the calls made here comes near: an item has at most 400 KB. */
const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

const post = createKeptConnections({ maxSockets: 128, now: () => Date.now() });

/** Where a service is reached. */
export interface Endpoint {
  readonly host: string;
  readonly send: (headers: Readonly<Record<string, string>>) => ClientRequest;
}

/** The AWS JSON protocol knows one path alone: `/`. */
export function openEndpoint(address: string): Endpoint {
  const url = new URL(address);
  const place = { ...toPlace(url), path: '/' };
  return { host: url.host, send: (headers) => post(place, headers) };
}

export interface JsonRequest {
  /** For error messages. */
  readonly operation: string;
  readonly endpoint: Endpoint;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

export interface JsonResponse {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly text: string;
}

function headerOf(response: IncomingMessage, name: string): string | undefined {
  const value = response.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** DynamoDB sends a CRC-32 of every answer. */
function isIntact(response: IncomingMessage, body: Uint8Array): boolean {
  const sent = headerOf(response, 'x-amz-crc32');
  return sent === undefined || Number(sent) === crc32(body);
}

function readBody(
  response: IncomingMessage,
  fail: (name: string, cause?: unknown) => void,
  done: (body: Buffer) => void,
) {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_RESPONSE_BYTES) fail('MalformedResponse');
    else chunks.push(chunk);
  });
  response.on('error', (cause) => fail('ConnectionError', cause));
  response.on('end', () => {
    const [first = Buffer.alloc(0)] = chunks;
    done(chunks.length > 1 ? Buffer.concat(chunks) : first);
  });
}

/** Throws AwsError, always retryable, when no whole answer came in time. */
export function exchangeJson({ operation, endpoint, headers, body, timeoutMs }: JsonRequest): Promise<JsonResponse> {
  return new Promise((resolve, reject) => {
    const request = endpoint.send(headers);
    let answered = false;
    const fail = (name: string, cause?: unknown) => {
      clearTimeout(timer);
      const stale = request.reusedSocket && !answered && name === 'ConnectionError';
      reject(new AwsError(name, operation, { retryable: true, stale, cause }));
      request.destroy();
    };
    const timer = setTimeout(() => fail('TimeoutError'), timeoutMs);
    request.on('error', (cause) => fail('ConnectionError', cause));
    request.on('response', (response) => {
      answered = true;
      readBody(response, fail, (bytes) => {
        clearTimeout(timer);
        if (!isIntact(response, bytes)) return fail('MalformedResponse');
        const requestId = headerOf(response, 'x-amzn-requestid');
        resolve({ status: response.statusCode ?? 0, requestId, text: bytes.toString('utf8') });
      });
    });
    request.end(body);
  });
}
