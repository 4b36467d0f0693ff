// One HTTP exchange with a provider. node:http and not fetch: its web streams cost three times the CPU of the whole
// gateway. No redirect is followed and no proxy asked, so a provider cannot send the gateway anywhere else.
import type { ClientRequest, IncomingMessage } from 'node:http';
import { GatewayFault } from '../domain/errors.ts';
import type { Timeouts, Write } from '../domain/upstream/chat-provider.ts';

// Not `import`: building the namespace of node:http loads undici, 25 ms of every cold start.
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

const agentOptions = { keepAlive: true, keepAliveMsecs: 15_000, maxSockets: 512, timeout: 0 } as const;
const agents = {
  'http:': new http.Agent(agentOptions),
  'https:': new https.Agent({ ...agentOptions, minVersion: 'TLSv1.2' }),
};

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

function openRequest({ url, headers, body }: UpstreamRequest): ClientRequest {
  const options = { method: 'POST', headers: { ...headers, 'content-length': String(body.length) } };
  return url.protocol === 'https:'
    ? https.request(url, { ...options, agent: agents['https:'] })
    : http.request(url, { ...options, agent: agents['http:'] });
}

function flattenHeaders(response: IncomingMessage): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
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
    // The socket's own idle clock: each read moves it along, at no cost of a timer per chunk.
    response.setTimeout(idleMs, () => fail(new GatewayFault('upstream_timeout')));
    let taking: Promise<void> | undefined;
    response.on('data', (chunk: Uint8Array) => {
      const taken = write(chunk);
      if (taken === undefined) return;
      response.pause();
      taking = taken.then(
        () => void response.resume(),
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

function receive(request: UpstreamRequest, retried: boolean): Promise<UpstreamResponse> {
  const startedAtMs = performance.now();
  const { firstByteMs, idleMs, totalMs } = request.timeouts;
  return new Promise((resolve, reject) => {
    const outgoing = openRequest(request);
    const firstByte = setTimeout(
      () => {
        outgoing.destroy();
        reject(new GatewayFault('upstream_timeout'));
      },
      Math.min(firstByteMs, totalMs),
    );
    outgoing.on('error', (cause) => {
      clearTimeout(firstByte);
      // A kept connection that the provider had closed, or that died while the function was frozen: nothing was read
      // from it, so the request is sent once more, on a new one.
      if (outgoing.reusedSocket && !retried) resolve(receive(request, true));
      else reject(new GatewayFault('upstream_error', { cause }));
    });
    outgoing.on('response', (response) => {
      clearTimeout(firstByte);
      resolve({
        status: response.statusCode ?? 0,
        headers: flattenHeaders(response),
        deliver: (write) => deliverBody(response, startedAtMs + totalMs - performance.now(), idleMs, write),
        cancel: () => response.destroy(),
      });
    });
    outgoing.end(request.body);
  });
}

/** Resolves with the head of the answer. Throws GatewayFault `upstream_error` or `upstream_timeout`. */
export function sendUpstream(request: UpstreamRequest): Promise<UpstreamResponse> {
  return receive(request, false);
}
