import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { HttpRequest } from '@smithy/protocol-http';
import { groupValues } from '../http/group-values.ts';
import type { OperatorCredentials } from './operator-credentials.ts';
import { createOperatorSigner } from './operator-signer.ts';

export interface SignedRequest {
  readonly method: string;
  /** As on the request line. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type SignatureVerdict = 'valid' | 'missing' | 'unknown-key' | 'expired' | 'mismatch';

/** How far the signer's clock may be off, either way. */
const clockToleranceMs = 15 * 60 * 1000;

/** Checks a SigV4 signature as API Gateway does for a route with IAM authorization, against the one local operator. */
export async function verifySignature(
  request: SignedRequest,
  operator: Pick<OperatorCredentials, 'accessKeyId' | 'secretAccessKey' | 'region'>,
  nowMs: number,
): Promise<SignatureVerdict> {
  const { authorization } = request.headers;
  if (authorization === undefined) return 'missing';
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  const [, accessKeyId, scope, signedHeaders, signature] = parts ?? [];
  if (scope === undefined || signedHeaders === undefined || signature === undefined) return 'mismatch';
  if (accessKeyId !== operator.accessKeyId) return 'unknown-key';
  const signedAtMs = parseAmzDate(request.headers['x-amz-date']);
  if (signedAtMs === undefined) return 'mismatch';
  if (Math.abs(nowMs - signedAtMs) > clockToleranceMs) return 'expired';
  const headerNames = signedHeaders.split(';');
  if (!headerNames.includes('host') || !bodyHashMatches(request)) return 'mismatch';
  const expected = await authorizationFor(request, { operator, headerNames, signedAtMs });
  return sameText(expected, authorization.replaceAll(/, ?/g, ', ')) ? 'valid' : 'mismatch';
}

/** Epoch milliseconds of `20261122T010203Z`. */
function parseAmzDate(header: string | string[] | undefined): number | undefined {
  const parts = typeof header === 'string' ? /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(header) : null;
  if (parts === null) return undefined;
  const [year = 0, month = 1, ...rest] = parts.slice(1).map(Number);
  const epochMs = Date.UTC(year, month - 1, ...rest);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

/** A signature covers the body by this header where it is sent, so the header must be true. */
function bodyHashMatches({ headers, body }: SignedRequest): boolean {
  const claimed = headers['x-amz-content-sha256'];
  return claimed === undefined || claimed === createHash('sha256').update(body).digest('hex');
}

interface Signing {
  readonly operator: Pick<OperatorCredentials, 'accessKeyId' | 'secretAccessKey'>;
  readonly headerNames: readonly string[];
  readonly signedAtMs: number;
}

/** The authorization header that the operator would have sent with this very request. */
async function authorizationFor(
  request: SignedRequest,
  { operator, headerNames, signedAtMs }: Signing,
): Promise<string> {
  const headers = headerNames.map((name): [string, string] => [name, [request.headers[name] ?? []].flat().join(',')]);
  const signer = createOperatorSigner(operator, { applyChecksum: false });
  const signed = await signer.sign(
    new HttpRequest({
      method: request.method,
      path: request.path,
      query: groupValues(new URLSearchParams(request.query)),
      headers: Object.fromEntries(headers),
      body: request.body,
    }),
    { signingDate: new Date(signedAtMs), signableHeaders: new Set(headerNames) },
  );
  return signed.headers['authorization'] ?? '';
}

/** In constant time for texts of the same length. */
function sameText(expected: string, actual: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(actual)];
  return left.length === right.length && timingSafeEqual(left, right);
}
