import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpRequest } from '@smithy/protocol-http';
import { z } from 'zod';
import { createOperatorSigner } from '../../local/operator/operator-signer.ts';
import { type HttpAnswer, sendHttp } from './http-client.ts';

const credentials = z.object({ accessKeyId: z.string(), secretAccessKey: z.string() });
export type OperatorKeys = z.infer<typeof credentials>;

/** Those of a running stack, as its CLI finds them. */
export function readOperatorKeys(dataDir: string): OperatorKeys {
  return credentials.parse(JSON.parse(readFileSync(join(dataDir, 'operator-credentials.json'), 'utf8')));
}

export interface OperatorCall {
  /** The gateway's address. */
  readonly origin: string;
  /** Who signs. */
  readonly keys: OperatorKeys;
  /** @default POST */
  readonly method?: string;
  readonly path: string;
  /** Text and bytes are sent as they are. */
  readonly body?: string | Uint8Array | object;
  /** When it was signed. @default now */
  readonly signedAt?: Date;
  /** Changes the request behind the signer's back. @default nothing */
  readonly tamper?: (
    headers: Record<string, string>,
    body: string | Uint8Array,
  ) => [Record<string, string>, string | Uint8Array];
}

/** A call of an operator's route, signed with SigV4 as AWS clients do. */
export async function sendSigned(call: OperatorCall): Promise<HttpAnswer> {
  const { origin, method = 'POST', path, keys, signedAt = new Date(), tamper } = call;
  const given = call.body ?? '';
  const body = typeof given === 'string' || given instanceof Uint8Array ? given : JSON.stringify(given);
  const url = new URL(path, origin);
  const request = new HttpRequest({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host, 'content-type': 'application/json' },
    body,
  });
  const signed = await createOperatorSigner(keys, { applyChecksum: true }).sign(request, { signingDate: signedAt });
  const [headers, sent] = tamper === undefined ? [signed.headers, body] : tamper(signed.headers, body);
  return sendHttp({ url: url.href, method, headers, body: sent === '' ? undefined : sent });
}
