import { HttpRequest } from '@smithy/protocol-http';
import type { OperatorCredentials } from './operator-credentials.ts';
import { createOperatorSigner } from './operator-signer.ts';

export interface OperatorAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Calls a route of the operator over the gateway's public API, signed. */
export type OperatorClient = (method: 'POST' | 'PUT', path: string, body: unknown) => Promise<OperatorAnswer>;

export function createOperatorClient(credentials: OperatorCredentials, fetchUrl: typeof fetch): OperatorClient {
  const signer = createOperatorSigner(credentials, { applyChecksum: true });
  return async (method, path, body) => {
    const url = new URL(path, credentials.url);
    const text = JSON.stringify(body);
    const signed = await signer.sign(
      new HttpRequest({
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        headers: { host: url.host, 'content-type': 'application/json' },
        body: text,
      }),
    );
    const response = await fetchUrl(url, { method, headers: signed.headers, body: text });
    const answer: unknown = await response.json().catch(() => undefined);
    return { status: response.status, body: answer };
  };
}
