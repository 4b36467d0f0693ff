import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listenLocally } from '../http/listen-locally.ts';
import { type AnswerStream, payloadLimitBytes } from './invocation.ts';

/** What the runtime client of one environment reports. */
export interface RuntimeListener {
  /** It is up, or done with the last invocation, and asks for the next. */
  onReady(): void;
  onInitError(): void;
  onAnswer(requestId: string, payload: Buffer | 'too-large'): void;
  onStream(requestId: string, contentType: string, stream: AnswerStream): void;
  onError(requestId: string): void;
}

/** What the runtime client is handed with an event. */
export interface Delivery {
  readonly requestId: string;
  readonly payload: string;
  readonly deadlineMs: number;
  readonly functionArn: string;
}

/** The Lambda Runtime API of one execution environment: the client knows a host and a port, so each has its own. */
export interface RuntimeApi {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** Answers the client's open call for the next invocation. */
  deliver(delivery: Delivery): void;
  close(): void;
}

const errorTypeTrailer = 'lambda-runtime-function-error-type';

export async function startRuntimeApi(listener: RuntimeListener): Promise<RuntimeApi> {
  let waiting: ServerResponse | undefined;
  const server = createServer((request, response) => {
    const call = /^\/2018-06-01\/runtime\/(?:invocation\/(?:(next)|([^/]+)\/(response|error))|(init\/error))$/.exec(
      request.url ?? '',
    );
    const [, next, requestId, outcome, initError] = call ?? [];
    if (next !== undefined) {
      waiting = response;
      listener.onReady();
    } else if (requestId !== undefined && outcome === 'response') {
      receiveAnswer(decodeURIComponent(requestId), { request, response, listener });
    } else if (requestId !== undefined) {
      listener.onError(decodeURIComponent(requestId));
      acknowledgeAtEnd(request, response);
    } else if (initError !== undefined) {
      listener.onInitError();
      acknowledgeAtEnd(request, response);
    } else {
      response.writeHead(404).end();
    }
  });
  neverTimeOut(server);
  const port = await listenLocally(server, 0);
  return {
    address: `127.0.0.1:${port}`,
    deliver: ({ requestId, payload, deadlineMs, functionArn }) => {
      waiting?.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(payload),
        'lambda-runtime-aws-request-id': requestId,
        'lambda-runtime-deadline-ms': deadlineMs,
        'lambda-runtime-invoked-function-arn': functionArn,
      });
      waiting?.end(payload);
      waiting = undefined;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A call for the next invocation stays open for as long as there is none. */
function neverTimeOut(server: Server): void {
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.keepAliveTimeout = 0;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly listener: RuntimeListener;
}

function receiveAnswer(requestId: string, { request, response, listener }: Exchange): void {
  request.on('end', () => response.writeHead(202).end());
  if (request.headers['lambda-runtime-function-response-mode'] === 'streaming') {
    listener.onStream(requestId, request.headers['content-type'] ?? '', {
      body: request,
      failed: () => request.trailers[errorTypeTrailer] !== undefined,
    });
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= payloadLimitBytes) chunks.push(chunk);
  });
  request.on('end', () =>
    listener.onAnswer(requestId, size <= payloadLimitBytes ? Buffer.concat(chunks) : 'too-large'),
  );
}

function acknowledgeAtEnd(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  request.on('end', () => response.writeHead(202).end());
}
