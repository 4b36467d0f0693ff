// One HTTP exchange with a provider. node:http and not fetch: its web streams cost three times the CPU of the whole
// gateway. No redirect is followed and no proxy asked, so a provider cannot send the gateway anywhere else.
import type { ClientRequest, IncomingMessage } from 'node:http';
import { GatewayFault } from '../domain/errors.ts';
import type { Timeouts, Write } from '../domain/upstream/chat-provider.ts';
import { createKeptConnections, toPlace } from '../net/kept-connections.ts';

const post = createKeptConnections({ maxSockets: 512, now: () => Date.now() });

export interface UpstreamRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly timeouts: Timeouts;
}

export interface UpstreamResponse {
  readonly status: number;
  /** Names in lower case; a header that came twice is joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Hands over the body piece by piece. Throws GatewayFault when it breaks, stalls, or outlasts its time. */
  readonly deliver: (write: Write) => Promise<void>;
  /** Gives up the rest of the body. */
  readonly cancel: () => void;
}

function flattenHeaders(response: IncomingMessage): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
}

/** Also where the taker throws instead of rejecting: within an event's listener that would end the process. */
function take(write: Write, chunk: Uint8Array): void | Promise<void> {
  try {
    return write(chunk);
  } catch (cause) {
    return Promise.reject(cause);
  }
}

/** Reads a response under two clocks: silence between pieces, and the time that is left of the whole. */
function deliverBody(response: IncomingMessage, leftMs: number, idleMs: number, write: Write): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (fault: GatewayFault) => {
      clearTimeout(whole);
      response.destroy();
      reject(fault);
    };
    const whole = setTimeout(() => fail(new GatewayFault('upstream_timeout')), Math.max(leftMs, 0));
    // The socket's own idle clock: each read moves it along, at no cost of a timer per chunk. While the client is slow to
    // take a piece, the provider's silence is our own doing; then the clock starts anew.
    response.setTimeout(idleMs, () => {
      if (!response.isPaused()) fail(new GatewayFault('upstream_timeout'));
    });
    let taking: Promise<void> | undefined;
    response.on('data', (chunk: Uint8Array) => {
      const taken = take(write, chunk);
      if (taken === undefined) return;
      response.pause();
      taking = taken.then(
        () => {
          if (!response.complete) response.setTimeout(idleMs);
          response.resume();
        },
        (cause: unknown) => fail(cause instanceof GatewayFault ? cause : new GatewayFault('internal_error', { cause })),
      );
    });
    response.on('end', () => {
      clearTimeout(whole);
      // The last piece may still be being taken.
      if (taking === undefined) resolve();
      else taking.then(resolve, reject);
    });
    response.on('error', (cause) => fail(new GatewayFault('upstream_error', { cause })));
    response.on('close', () => {
      if (!response.complete) fail(new GatewayFault('upstream_error'));
    });
  });
}

/** `listener` runs when there is a connection, be it a kept one: until then not a byte of the request is on its way. */
function onConnection(outgoing: ClientRequest, protocol: string, listener: () => void): void {
  outgoing.once('socket', (socket) => {
    if (outgoing.reusedSocket) listener();
    else socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', listener);
  });
}

/**
 * Resolves with the head of the answer. Throws GatewayFault `upstream_error` or `upstream_timeout`. Never sends anything
 * twice: a provider that cuts the connection may have done the work, and nobody but the client knows whether it wants
 * that done again.
 */
export function sendUpstream({ url, headers, body, timeouts }: UpstreamRequest): Promise<UpstreamResponse> {
  const startedAtMs = performance.now();
  const { connectMs, firstByteMs, idleMs, totalMs } = timeouts;
  return new Promise((resolve, reject) => {
    const outgoing = post(toPlace(url), { ...headers, 'content-length': String(body.length) });
    let unsent = true;
    let answered = false;
    const expire = () => {
      reject(new GatewayFault('upstream_timeout', { unsent }));
      outgoing.destroy();
    };
    let timer = setTimeout(expire, Math.min(connectMs, totalMs));
    onConnection(outgoing, url.protocol, () => {
      unsent = false;
      clearTimeout(timer);
      timer = setTimeout(expire, Math.min(firstByteMs, totalMs));
    });
    // It can come after the answer has begun, too: then the answer itself fails, and this is to do nothing.
    outgoing.on('error', (cause) => {
      clearTimeout(timer);
      reject(new GatewayFault('upstream_error', { cause, unsent }));
    });
    // What switches to another protocol closes without an error.
    outgoing.on('close', () => {
      clearTimeout(timer);
      if (!answered) reject(new GatewayFault('upstream_error'));
    });
    outgoing.on('response', (response) => {
      clearTimeout(timer);
      answered = true;
      resolve({
        status: response.statusCode ?? 0,
        headers: flattenHeaders(response),
        deliver: (write) => deliverBody(response, startedAtMs + totalMs - performance.now(), idleMs, write),
        cancel: () => response.destroy(),
      });
    });
    outgoing.end(body);
  });
}
