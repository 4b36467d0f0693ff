import { HttpRequest } from '@smithy/protocol-http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupValues } from '../../../local/http/group-values.ts';
import { createOperatorSigner } from '../../../local/operator/operator-signer.ts';
import { type SignedRequest, verifySignature } from '../../../local/operator/verify-signature.ts';

const operator = { accessKeyId: 'LOCALOPERATOR1', secretAccessKey: 'a secret', region: 'us-east-1' };
const nowMs = Date.UTC(2026, 10, 22, 1, 2, 3);

interface Plain {
  readonly path?: string;
  readonly query?: string;
  readonly body?: string;
  readonly applyChecksum?: boolean;
  readonly signedAtMs?: number;
  readonly signer?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

async function sign(plain: Plain = {}): Promise<SignedRequest> {
  const { path = '/admin/accounts', query = '', body = '{"name":"x"}', applyChecksum = true } = plain;
  const signed = await createOperatorSigner(plain.signer ?? operator, { applyChecksum }).sign(
    new HttpRequest({
      method: 'POST',
      path,
      query: groupValues(new URLSearchParams(query)),
      headers: { host: '127.0.0.1:8787', 'content-type': 'application/json' },
      body,
    }),
    { signingDate: new Date(plain.signedAtMs ?? nowMs) },
  );
  return { method: 'POST', path, query, headers: signed.headers, body: Buffer.from(body) };
}
const verify = (request: SignedRequest) => verifySignature(request, operator, nowMs);

describe('a signed request', () => {
  test('is valid, with and without the checksum header, with a query and with an odd path', async () => {
    expect(await verify(await sign())).toBe('valid');
    expect(await verify(await sign({ applyChecksum: false }))).toBe('valid');
    expect(await verify(await sign({ query: 'b=2&a=1&a=%20x' }))).toBe('valid');
    expect(await verify(await sign({ path: '/admin/a%2Fb/c%20d' }))).toBe('valid');
  });

  test('is valid when a proxy has added headers that were not signed', async () => {
    const request = await sign();
    expect(await verify({ ...request, headers: { ...request.headers, 'user-agent': 'x', via: 'y' } })).toBe('valid');
  });

  test('with any part changed after signing is refused', async () => {
    const request = await sign({ query: 'a=1' });
    const unsummed = await sign({ applyChecksum: false });
    const { authorization = '' } = request.headers;
    const tampered: SignedRequest[] = [
      { ...request, method: 'PUT' },
      { ...request, path: '/admin/accounts/x' },
      { ...request, query: 'a=2' },
      { ...request, query: '' },
      { ...request, body: Buffer.from('{"name":"y"}') },
      { ...unsummed, body: Buffer.from('{"name":"y"}') },
      { ...request, headers: { ...request.headers, host: 'elsewhere' } },
      { ...request, headers: { ...request.headers, 'content-type': 'text/plain' } },
      { ...request, headers: { ...request.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
      { ...request, headers: { ...request.headers, 'x-amz-date': '20261122T010204Z' } },
      { ...request, headers: { ...request.headers, authorization: authorization.replace('host;', '') } },
      { ...request, headers: { ...request.headers, authorization: authorization.replace('execute-api', 's3') } },
      { ...request, headers: { ...request.headers, authorization: authorization.replace('us-east-1', 'eu-west-1') } },
    ];
    for (const each of tampered) expect(await verify(each)).toBe('mismatch');
  });

  test('with any character of the signature changed is refused', async () => {
    const request = await sign();
    const { authorization = '' } = request.headers;
    await fc.assert(
      fc.asyncProperty(fc.nat(63), fc.constantFrom(...'0123456789abcdef'), async (index, digit) => {
        const at = authorization.length - 64 + index;
        fc.pre(authorization[at] !== digit);
        const changed = authorization.slice(0, at) + digit + authorization.slice(at + 1);
        expect(await verify({ ...request, headers: { ...request.headers, authorization: changed } })).toBe('mismatch');
      }),
      { numRuns: 20 },
    );
  });

  test('by another secret, another key or at another time is refused for what it is', async () => {
    const { accessKeyId } = operator;
    expect(await verify(await sign({ signer: { accessKeyId, secretAccessKey: 'other' } }))).toBe('mismatch');
    expect(await verify(await sign({ signer: { accessKeyId: 'OTHER', secretAccessKey: 'a secret' } }))).toBe(
      'unknown-key',
    );
    expect(await verify(await sign({ signedAtMs: nowMs - 15 * 60_000 }))).toBe('valid');
    expect(await verify(await sign({ signedAtMs: nowMs - 15 * 60_000 - 1000 }))).toBe('expired');
    expect(await verify(await sign({ signedAtMs: nowMs + 15 * 60_000 + 1000 }))).toBe('expired');
  });

  test('without a signature is told so; garbage in its place is no signature', async () => {
    const request = await sign();
    const { authorization: _, ...headers } = request.headers;
    expect(await verify({ ...request, headers })).toBe('missing');
    for (const garbage of ['', 'Bearer x', 'AWS4-HMAC-SHA256 ', `AWS4-HMAC-SHA256 Credential=${'a/'.repeat(5000)}`]) {
      expect(await verify({ ...request, headers: { ...headers, authorization: garbage } })).toBe('mismatch');
    }
  });
});
