// A server that sees requests as bytes, and answers with whatever bytes a test wants on the connection.
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

export interface RawRequest {
  readonly head: string;
  readonly body: string;
  readonly socket: Socket;
  /** Of the server's connections, from 0, and of its own requests, from 0. */
  readonly connection: number;
  readonly number: number;
}

export type Respond = (request: RawRequest) => void;

export interface RawServer {
  readonly url: URL;
  readonly connections: readonly Socket[];
  readonly requests: readonly RawRequest[];
  stop(): Promise<void>;
}

function listen(server: Server, connections: Socket[]): Promise<void> {
  server.on('error', () => {});
  server.on('tlsClientError', () => {});
  return new Promise((listening) => {
    server.on('close', () => {
      for (const socket of connections) socket.destroy();
    });
    server.listen(0, '127.0.0.1', listening);
  });
}

/** Over TLS where `tls` is given; the host of its address is then `localhost`. */
export async function startRawServer(respond: Respond, tls?: TlsOptions): Promise<RawServer> {
  const connections: Socket[] = [];
  const requests: RawRequest[] = [];
  const serve = (socket: Socket) => {
    const connection = connections.push(socket) - 1;
    let received = '';
    let number = 0;
    socket.on('error', () => socket.destroy());
    socket.on('data', (piece: Buffer) => {
      received += piece.toString('latin1');
      for (;;) {
        const end = received.indexOf('\r\n\r\n');
        const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
        if (end === -1 || received.length < end + 4 + length) return;
        const head = received.slice(0, end);
        const body = received.slice(end + 4, end + 4 + length);
        received = received.slice(end + 4 + length);
        const request = { head, body, socket, connection, number };
        number += 1;
        requests.push(request);
        respond(request);
      }
    });
  };
  const server = tls === undefined ? createServer({ noDelay: true }, serve) : createTlsServer(tls, serve);
  await listen(server, connections);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = new URL(tls === undefined ? `http://127.0.0.1:${address.port}` : `https://localhost:${address.port}`);
  return {
    url,
    connections,
    requests,
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        for (const socket of connections) socket.destroy();
      }),
  };
}
