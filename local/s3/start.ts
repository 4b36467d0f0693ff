import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { LocalEndpoint } from '../aws-json/server.ts';
import { listenLocally } from '../http/listen-locally.ts';
import type { BucketDefinition } from './bucket-definition.ts';
import { listObjects } from './list-objects.ts';
import { deleteObject, getObject, putObject, type S3Answer } from './object-operations.ts';
import { ObjectStore } from './object-store.ts';
import { noSuchBucket, notImplemented, S3Error } from './s3-error.ts';
import { readS3Request, type S3Request } from './s3-request.ts';
import { renderXml } from './xml.ts';

/** Refused for load; failed; done, but with its answer lost. */
export type S3Fault = 'slow-down' | 'internal-error' | 'lose-answer';

export interface LocalS3Options {
  /** Objects are kept in `s3/<bucket>/` in here. */
  readonly dataDir: string;
  readonly buckets: readonly BucketDefinition[];
  /** Epoch milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** Lets a test fail requests, by method and key. @default none */
  readonly faults?: ((method: string, key: string) => S3Fault | undefined) | undefined;
  /** Told of faults of the emulation's own; nothing of a request is in them. @default nobody */
  readonly onFault?: ((operation: string, error: unknown) => void) | undefined;
}

const stopGraceMs = 1000;

/** S3 on this machine, as far as the product uses it: see docs/local-engines.md. */
export async function startS3(options: LocalS3Options): Promise<LocalEndpoint> {
  const { dataDir, buckets, now = Date.now } = options;
  const opened = buckets.map(async (definition) => {
    const store = await ObjectStore.open(join(dataDir, 's3', definition.name), { definition, now });
    return [definition.name, store] as const;
  });
  const stores = new Map(await Promise.all(opened));
  const answer = async (request: S3Request) => {
    const store = stores.get(request.bucket);
    if (store === undefined) throw noSuchBucket();
    return perform(store, request, now());
  };
  const server = createServer((request, response) => void respond(options, answer, { request, response }));
  // As for the other engines: the SDK keeps its connections.
  server.keepAliveTimeout = 120_000;
  const port = await listenLocally(server, 0);
  return {
    endpoint: `http://127.0.0.1:${port}`,
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

async function perform(store: ObjectStore, request: S3Request, nowMs: number): Promise<S3Answer> {
  if (request.key === '') {
    if (request.method === 'GET') return listObjects(store, request);
    throw notImplemented(`${request.method} of a bucket`);
  }
  switch (request.method) {
    case 'PUT':
      return putObject(store, request, nowMs);
    case 'GET':
    case 'HEAD':
      return getObject(store, request);
    case 'DELETE':
      return deleteObject(store, request);
    default:
      throw notImplemented(`${request.method} of an object`);
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function respond(
  { faults, onFault }: LocalS3Options,
  answer: (request: S3Request) => Promise<S3Answer>,
  { request, response }: Exchange,
): Promise<void> {
  try {
    const read = await readS3Request(request);
    const fault = faults?.(read.method, read.key);
    if (fault === 'slow-down') throw new S3Error('SlowDown', 'Please reduce your request rate.', 503);
    if (fault === 'internal-error') throw new S3Error('InternalError', 'We encountered an internal error.', 500);
    const answered = await answer(read);
    if (fault === 'lose-answer') request.socket.destroy();
    else send(response, request, answered);
  } catch (error) {
    if (!(error instanceof S3Error) && !request.socket.destroyed) onFault?.(`S3 ${request.method}`, error);
    const refusal =
      error instanceof S3Error ? error : new S3Error('InternalError', 'We encountered an internal error.', 500);
    send(response, request, answerOf(refusal));
  }
}

function answerOf({ code, message, status }: S3Error): S3Answer {
  const body = renderXml('Error', [
    ['Code', code],
    ['Message', message],
    ['RequestId', randomUUID()],
  ]);
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

function send(response: ServerResponse, { method }: IncomingMessage, { status, headers, body }: S3Answer): void {
  const bytes = Buffer.from(body);
  const length = status === 204 ? {} : { 'content-length': bytes.length };
  response.writeHead(status, { ...headers, ...length, 'x-amz-request-id': randomUUID() });
  response.end(method === 'HEAD' ? undefined : bytes);
}
