import type { Socket } from 'node:net';

const net = process.getBuiltinModule('node:net');
const tls = process.getBuiltinModule('node:tls');

const KEEP_ALIVE_MS = 15_000;

/** One for all connections: what is read is taken out of it before the next read, whosever that is. */
const readBuffer = Buffer.allocUnsafeSlow(65_536);

/** Takes the bytes that came; they are overwritten once it returns. Must not throw. */
export type OnBytes = (bytes: Buffer) => void;

/** Starts a connection to one place: what is written before it stands waits for that. */
export type OpenSocket = (onBytes: OnBytes) => Socket;

function readBy(onBytes: OnBytes) {
  return {
    onread: {
      buffer: readBuffer,
      callback(size: number) {
        onBytes(readBuffer.subarray(0, size));
        return true;
      },
    },
  };
}

/**
 * Not a stream to read from: bytes go to `onBytes` as they come, past all that makes one. For https: TLS 1.2 or newer, the
 * certificate checked against the host whatever the environment says, and the last session taken up again.
 */
export function createSocketOpener({ protocol, hostname, port }: URL): OpenSocket {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (protocol === 'http:') {
    const place = { host, port: Number(port || 80) };
    return (onBytes) => makeReady(net.connect({ ...place, ...readBy(onBytes) }));
  }
  if (protocol !== 'https:') throw new TypeError('a service is reached by http or https');
  const options = {
    host,
    port: Number(port || 443),
    ...(net.isIP(host) === 0 && { servername: host }),
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  } as const;
  let session: Buffer | undefined;
  return (onBytes) => {
    const socket = tls.connect({ ...options, ...(session && { session }), ...readBy(onBytes) });
    socket.on('session', (next) => {
      session = next;
    });
    return makeReady(socket);
  };
}

function makeReady<Kind extends Socket>(socket: Kind): Kind {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  return socket;
}
