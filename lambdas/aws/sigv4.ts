// AWS Signature Version 4 for requests with a body in memory. The SDK's own signer costs a cold start and several times
// the CPU; the tests hold this one to that one's signatures.
import type { KeyObject } from 'node:crypto';
import { sha256Hex } from '../crypto/sha256-hex.ts';

const crypto = process.getBuiltinModule('node:crypto');

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface RequestToSign {
  readonly method: string;
  /** As it is sent: percent-encoded, without a query, without empty or dot segments. */
  readonly path: string;
  /** Names in lower case, `host` among them. Every one of them is signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Gives the headers to send: those of the request, the date, the session token and the authorization. */
export type Sign = (request: RequestToSign, credentials: AwsCredentials, nowMs: number) => Record<string, string>;

function hmac(key: string | Uint8Array, text: string): Uint8Array {
  return crypto.createHmac('sha256', key).update(text).digest();
}

/** Every service but S3 wants the path encoded once more than it is sent. */
function encodePath(path: string): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  return path === '/' ? path : path.split('/').map(encode).join('/');
}

function canonicalize(
  { method, path, body }: RequestToSign,
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
): string {
  const lines = names.map((name) => `${name}:${(headers[name] ?? '').replace(/[ \t]+/g, ' ').replace(/^ | $/g, '')}\n`);
  return `${method}\n${encodePath(path)}\n\n${lines.join('')}\n${names.join(';')}\n${sha256Hex(body)}`;
}

/** Signs for one service in one region. The signing key holds for a day, so it is derived once and kept. */
export function createSigner({ region, service }: { readonly region: string; readonly service: string }): Sign {
  let kept: { readonly day: string; readonly secret: string; readonly key: KeyObject } | undefined;

  function signingKey(secret: string, day: string): KeyObject {
    if (kept?.day !== day || kept.secret !== secret) {
      const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), 'aws4_request');
      kept = { day, secret, key: crypto.createSecretKey(key) };
    }
    return kept.key;
  }

  return (request, { accessKeyId, secretAccessKey, sessionToken }, nowMs) => {
    const date = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
    const day = date.slice(0, 8);
    const headers: Record<string, string> = { ...request.headers, 'x-amz-date': date };
    if (sessionToken !== undefined) headers['x-amz-security-token'] = sessionToken;
    const names = Object.keys(headers).sort();
    const scope = `${day}/${region}/${service}/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256Hex(canonicalize(request, headers, names))}`;
    const signature = crypto.createHmac('sha256', signingKey(secretAccessKey, day)).update(text).digest('hex');
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
    return { ...headers, authorization };
  };
}
