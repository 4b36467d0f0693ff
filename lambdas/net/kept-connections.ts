// Connections that are kept between requests to model providers.
import type { Agent, ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

// Not `import`: building the namespace of node:http loads undici, 25 ms of every cold start.
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

/** Well below the idle limit of any load balancer or NAT that could forget a connection without saying so. */
const MAX_IDLE_MS = 30_000;

export interface KeptConnectionsOptions {
  readonly maxSockets: number;
  /** Unix milliseconds. The wall clock, as it alone goes on while the function is frozen. */
  readonly now: () => number;
}

/** Destroys what has lain idle for too long: for MAX_IDLE_MS, or for what the server itself announced, if that is less. */
function createSweep(agent: Agent, now: () => number): () => void {
  const endsAtMs = new WeakMap<Socket, number>();
  // The agent's own listener came first, and has set the socket's timer: it does the same while the function is awake.
  agent.on('free', (socket: Socket) => endsAtMs.set(socket, now() + (socket.timeout ?? 0)));
  return () => {
    for (const sockets of Object.values(agent.freeSockets)) {
      for (const socket of sockets ?? []) if (now() > (endsAtMs.get(socket) ?? 0)) socket.destroy();
    }
  };
}

/** Where requests go. Taking a URL apart costs a quarter of a small request, so it can be done once. */
export type Place = Readonly<Record<'protocol' | 'hostname' | 'port' | 'path', string>>;

export function toPlace({ protocol, hostname, port, pathname, search }: URL): Place {
  return { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port, path: pathname + search };
}

/** Starts a POST, over a connection that was in use lately or a new one; TLS 1.2 or newer for https. */
export type Post = (place: Place, headers: Readonly<Record<string, string>>) => ClientRequest;

export function createKeptConnections({ maxSockets, now }: KeptConnectionsOptions): Post {
  const options = { keepAlive: true, keepAliveMsecs: 15_000, maxSockets, timeout: MAX_IDLE_MS };
  const plain = new http.Agent(options);
  const secure = new https.Agent({ ...options, minVersion: 'TLSv1.2' });
  const sweepPlain = createSweep(plain, now);
  const sweepSecure = createSweep(secure, now);
  return (place, headers) => {
    if (place.protocol === 'https:') {
      sweepSecure();
      return https.request({ ...place, method: 'POST', headers, agent: secure });
    }
    sweepPlain();
    return http.request({ ...place, method: 'POST', headers, agent: plain });
  };
}
