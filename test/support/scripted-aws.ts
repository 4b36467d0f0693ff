import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

export interface SeenCall {
  readonly operation: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
  /** Tells connections apart. */
  readonly port: number | undefined;
}

/** Answers one request of the AWS JSON protocol, or breaks off. */
export type Reply = (response: ServerResponse, request: IncomingMessage) => void;

export function replyJson(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'x-amzn-requestid': 'REQUEST-1', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

export function replyError(type: string, status = 400, more: object = {}): Reply {
  return replyJson({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'SECRET told', ...more }, status);
}

/** An endpoint that gives the replies in turn, the last one for ever, and remembers what it was asked. */
export async function startScriptedAws(...replies: readonly [Reply, ...Reply[]]) {
  const calls: SeenCall[] = [];
  const server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      const reply = replies[Math.min(calls.length, replies.length - 1)] ?? replies[0];
      const operation = String(request.headers['x-amz-target']);
      calls.push({ operation, headers: request.headers, body: JSON.parse(body), port: request.socket.remotePort });
      reply(response, request);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    calls,
    server,
    stop: () =>
      new Promise<void>((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
}
export type ScriptedAws = Awaited<ReturnType<typeof startScriptedAws>>;
