import { Agent, type IncomingHttpHeaders, request as startRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface HttpCall {
  readonly url: string;
  /** @default GET, or POST where there is a body */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | undefined;
  readonly signal?: AbortSignal;
  /** Of this machine: where the request comes from. @default as the system chooses */
  readonly localAddress?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** Throws where the body is not JSON. */
  readonly json: unknown;
}

const agent = new Agent({ keepAlive: true, maxSockets: 128 });

/**
 * One HTTP exchange as it is on the wire: node:http, since fetch decodes bodies and refuses to send what a hostile client
 * would. Rejects where the connection breaks before the answer is whole.
 */
export function sendHttp({ url, method, headers = {}, body, signal, localAddress }: HttpCall): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const isUntold = body === undefined || 'transfer-encoding' in headers;
    const length = isUntold ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const { hostname, port } = new URL(url);
    const request = startRequest({
      hostname,
      port,
      // As it was given: URL would take `..` out of it.
      path: url.slice(url.indexOf('/', 'http://'.length)),
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...headers, ...length },
      agent,
      ...(signal && { signal }),
      ...(localAddress && { localAddress }),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      buffer(response).then(
        (bytes) =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: bytes,
            get text() {
              return bytes.toString();
            },
            get json(): unknown {
              return JSON.parse(bytes.toString());
            },
          }),
        reject,
      );
    });
    request.end(body);
  });
}
