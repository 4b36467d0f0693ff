import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import * as z from 'zod';
import { AwsError } from './aws-error.ts';

/** What an operation returns to end the connection without an answer, as a network does that loses one. */
export const noAnswer = Symbol('no answer');

export interface AwsJsonService {
  readonly contentType: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
  /** What `x-amz-target` starts with, e.g. `TrentService`. */
  readonly targetPrefix: string;
  /** The `__type` of errors that the protocol itself raises, e.g. `com.amazon.coral.service#`. */
  readonly errorNamespace: string;
  /** The `__type` of a fault of the emulation's own. */
  readonly internalError: string;
  /**
   * Runs one operation for whoever holds the access key; throws AwsError for what the service would refuse,
   * UnknownOperationException included.
   */
  handle(operation: string, input: JsonObject, accessKeyId: string): Promise<object | typeof noAnswer>;
  /** Told of each fault of the emulation's own; nothing of a request is in it. */
  readonly onFault?: ((operation: string, error: unknown) => void) | undefined;
}

export interface LocalEndpoint {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  /** Stops listening, lets running requests end for a second, then closes what is left. */
  stop(): Promise<void>;
}

export type JsonObject = Record<string, unknown>;

/** Why the holder of an access key may not call an operation; undefined where it may. */
export type Authorize = (accessKeyId: string, operation: string, input: JsonObject) => string | undefined;

const jsonObject = z.record(z.string(), z.unknown());
const maxRequestBytes = 16 * 1024 * 1024;
const stopGraceMs = 1000;

/** Serves an AWS JSON protocol on a free port of 127.0.0.1. Signatures must be there, and are not verified. */
export async function serveAwsJson(service: AwsJsonService): Promise<LocalEndpoint> {
  const server = createServer((request, response) => void respond(service, request, response));
  // The SDKs keep connections open; the default of 5 s would close one under a request that is just being sent.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', listening);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The local endpoint has no port.');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((stopped) => {
        const deadline = setTimeout(() => server.closeAllConnections(), stopGraceMs);
        server.close(() => {
          clearTimeout(deadline);
          stopped();
        });
      }),
  };
}

async function respond(service: AwsJsonService, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const answer = await answerOf(service, request);
    if (answer === noAnswer) request.socket.destroy();
    else send(service, response, 200, answer);
  } catch (error) {
    const refusal = error instanceof AwsError ? error : faultOf(service, request, error);
    send(service, response, refusal.status, refusal.body);
  }
}

function faultOf(service: AwsJsonService, request: IncomingMessage, cause: unknown): AwsError {
  if (!request.socket.destroyed) service.onFault?.(operationOf(service, request), cause);
  return new AwsError(service.internalError, 'Internal server error', { status: 500, cause });
}

async function answerOf(service: AwsJsonService, request: IncomingMessage): Promise<object | typeof noAnswer> {
  const refuse = (type: string, message: string | null, status = 400) =>
    new AwsError(service.errorNamespace + type, message, { status });
  const body = await readBody(request);
  if (body === undefined) throw refuse('RequestEntityTooLargeException', null, 413);
  const operation = operationOf(service, request);
  if (request.method !== 'POST' || operation === '') throw refuse('UnknownOperationException', null);
  const { authorization = '' } = request.headers;
  if (!authorization.startsWith('AWS4-')) {
    throw refuse('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  }
  const input = parseInput(body);
  if (input === undefined) throw refuse('SerializationException', null);
  return service.handle(operation, input, /Credential=([^/]+)\//.exec(authorization)?.[1] ?? '');
}

function operationOf(service: AwsJsonService, request: IncomingMessage): string {
  const target = request.headers['x-amz-target'];
  if (typeof target !== 'string' || !target.startsWith(`${service.targetPrefix}.`)) return '';
  return target.slice(service.targetPrefix.length + 1);
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= maxRequestBytes) chunks.push(chunk);
  }
  return bytes > maxRequestBytes ? undefined : Buffer.concat(chunks);
}

function parseInput(body: Buffer): JsonObject | undefined {
  try {
    return jsonObject.parse(JSON.parse(body.toString('utf8')));
  } catch {
    return undefined;
  }
}

function send(service: AwsJsonService, response: ServerResponse, status: number, answer: object): void {
  const body = Buffer.from(JSON.stringify(answer));
  response.writeHead(status, {
    'content-type': service.contentType,
    'content-length': body.length,
    'x-amzn-requestid': crypto.randomUUID(),
    'x-amz-crc32': crc32(body),
  });
  response.end(body);
}
