// AWS Signature Version 4 for requests with a body in memory. The SDK's own signer costs a cold start and several times
// the CPU; the tests hold this one to that one's signatures.
import { createHmacSha256 } from '../crypto/hmac-sha256.ts';
import { sha256Hex } from '../crypto/sha256-hex.ts';

const crypto = process.getBuiltinModule('node:crypto');

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** All of a request but its body. */
export interface RequestShape {
  readonly method: string;
  /** As it is sent: percent-encoded, without a query, without empty or dot segments. */
  readonly path: string;
  /** Names in lower case, `host` among them. Every one of them is signed. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What goes with the request beside its own headers and, where there is one, `x-amz-security-token`. */
export type Signature = Readonly<Record<'x-amz-date' | 'authorization', string>>;

/** Signs any number of bodies, each as sent at its own time, Unix milliseconds. */
export type SignBody = (body: string | Uint8Array, nowMs: number) => Signature;

/** What such requests have in common is worked out once: keep it as long as the credentials are the same. */
export type Sign = (shape: RequestShape, credentials: AwsCredentials) => SignBody;

function hmac(key: string | Uint8Array, text: string): Uint8Array {
  return crypto.createHmac('sha256', key).update(text).digest();
}

/** Every service but S3 wants the path encoded once more than it is sent. */
function encodePath(path: string): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  return path === '/' ? path : path.split('/').map(encode).join('/');
}

/** `20261125T093000Z`; asked for many times a second, and another only once. */
function createDateFormat(): (nowMs: number) => string {
  let kept = { second: Number.NaN, text: '' };
  return (nowMs) => {
    const second = Math.floor(nowMs / 1000);
    if (kept.second !== second) {
      kept = { second, text: `${new Date(second * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z` };
    }
    return kept.text;
  };
}

/** The canonical request, cut where the date and the digest of the body come in. */
interface CanonicalParts {
  readonly beforeDate: string;
  readonly afterDate: string;
  readonly signedNames: string;
}

function canonicalize({ method, path, headers }: RequestShape, sessionToken: string | undefined): CanonicalParts {
  const all: Record<string, string> = { ...headers, 'x-amz-date': '' };
  if (sessionToken !== undefined) all['x-amz-security-token'] = sessionToken;
  const names = Object.keys(all).sort();
  const lines = names.map((name) => `${name}:${(all[name] ?? '').replace(/[ \t]+/g, ' ').replace(/^ | $/g, '')}\n`);
  const dateAt = names.indexOf('x-amz-date');
  const signedNames = names.join(';');
  return {
    beforeDate: `${method}\n${encodePath(path)}\n\n${lines.slice(0, dateAt).join('')}x-amz-date:`,
    afterDate: `\n${lines.slice(dateAt + 1).join('')}\n${signedNames}\n`,
    signedNames,
  };
}

/** Signs for one service in one region. */
export function createSigner({ region, service }: { readonly region: string; readonly service: string }): Sign {
  const formatDate = createDateFormat();
  let kept: { readonly day: string; readonly secret: string; readonly hmac: (text: string) => string } | undefined;

  /** The signing key holds for a day, so it is derived once and kept. */
  function keyedHmac(secret: string, day: string): (text: string) => string {
    if (kept?.day !== day || kept.secret !== secret) {
      const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), 'aws4_request');
      kept = { day, secret, hmac: createHmacSha256(key) };
    }
    return kept.hmac;
  }

  return (shape, { accessKeyId, secretAccessKey, sessionToken }) => {
    const { beforeDate, afterDate, signedNames } = canonicalize(shape, sessionToken);
    return (body, nowMs) => {
      const date = formatDate(nowMs);
      const day = date.slice(0, 8);
      const scope = `${day}/${region}/${service}/aws4_request`;
      const canonical = beforeDate + date + afterDate + sha256Hex(body);
      const sign = keyedHmac(secretAccessKey, day);
      const signature = sign(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256Hex(canonical)}`);
      return {
        'x-amz-date': date,
        authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`,
      };
    };
  };
}
