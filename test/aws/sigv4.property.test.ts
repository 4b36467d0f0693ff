import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AwsCredentials, createSigner, type RequestShape } from '../../lambdas/aws/sigv4.ts';

const scopes = [
  { region: 'us-east-1', service: 'dynamodb' },
  { region: 'us-west-2', service: 'kms' },
] as const;

type RequestToSign = RequestShape & { readonly body: string | Uint8Array };

/** All that the signer's caller sends. */
function signWith(
  sign: ReturnType<typeof createSigner>,
  { body, ...shape }: RequestToSign,
  credentials: AwsCredentials,
  nowMs: number,
): Record<string, string> {
  const { sessionToken } = credentials;
  return {
    ...shape.headers,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
    ...sign(shape, credentials)(body, nowMs),
  };
}

/** What the SDK itself sends for the same request. */
async function signWithSdk(
  scope: { region: string; service: string },
  request: RequestToSign,
  credentials: AwsCredentials,
  nowMs: number,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({ ...scope, credentials, sha256: Sha256, applyChecksum: false });
  const signed = await signer.sign(
    new HttpRequest({ ...request, headers: { ...request.headers }, protocol: 'https:', hostname: 'example.com' }),
    { signingDate: new Date(nowMs) },
  );
  return signed.headers;
}

/** Names that the SDK never signs; the JSON client sends none of them. */
const UNSIGNABLE =
  /^(proxy-|sec-|authorization$|cache-control$|connection$|expect$|from$|keep-alive$|max-forwards$|pragma$|referer$|te$|trailer$|transfer-encoding$|upgrade$|user-agent$|x-amzn-trace-id$|x-amz-date$|x-amz-security-token$|date$|host$|__proto__$)/;
const printable = fc.constantFrom(...Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)), '\t');
const headerName = fc
  .string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789-_'), minLength: 1, maxLength: 12 })
  .filter((name) => !UNSIGNABLE.test(name));
const segment = fc
  .string({ unit: fc.constantFrom(..."abcXYZ019-._~%20:@!$&'()*+,;="), minLength: 1, maxLength: 8 })
  .filter((text) => text !== '.' && text !== '..');
const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`);
const requests = fc.record({
  method: fc.constantFrom('POST', 'PUT'),
  path,
  headers: fc
    .dictionary(headerName, fc.string({ unit: printable, maxLength: 30 }), { noNullPrototype: true })
    .map((headers) => ({ ...headers, host: 'dynamodb.us-east-1.amazonaws.com' })),
  body: fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 300 })),
});
const credentials = fc.record(
  {
    accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,20}$/),
    secretAccessKey: fc.stringMatching(/^[A-Za-z0-9/+]{40}$/),
    sessionToken: fc.stringMatching(/^[A-Za-z0-9/+=]{1,200}$/),
  },
  { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
);
const dates = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2099, 11, 31) });

describe('SigV4', () => {
  test('signs any request as the AWS SDK does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...scopes), requests, credentials, dates, async (scope, request, who, nowMs) => {
        expect(signWith(createSigner(scope), request, who, nowMs)).toEqual(
          await signWithSdk(scope, request, who, nowMs),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('one signer keeps its key for the day and the secret alone: days, secrets and tokens may change in any order', async () => {
    const sign = createSigner(scopes[0]);
    const request = { method: 'POST', path: '/', headers: { host: 'localhost:8000' }, body: '{}' };
    const days = fc.constantFrom(Date.UTC(2026, 10, 22, 23, 59, 59, 999), Date.UTC(2026, 10, 23), Date.UTC(2027, 0, 1));
    const people = fc.constantFrom<AwsCredentials>(
      { accessKeyId: 'A', secretAccessKey: 'one' },
      { accessKeyId: 'A', secretAccessKey: 'two' },
      { accessKeyId: 'B', secretAccessKey: 'one', sessionToken: 'token' },
    );
    await fc.assert(
      fc.asyncProperty(days, people, async (nowMs, who) => {
        expect(signWith(sign, request, who, nowMs)).toEqual(await signWithSdk(scopes[0], request, who, nowMs));
      }),
    );
  });

  test('gives the signature of the published example (sigv4 test suite, post-vanilla)', () => {
    const sign = createSigner({ region: 'us-east-1', service: 'service' });
    const signed = signWith(
      sign,
      { method: 'POST', path: '/', headers: { host: 'example.amazonaws.com' }, body: '' },
      { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
      Date.UTC(2015, 7, 30, 12, 36, 0),
    );
    expect(signed['authorization']).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    );
  });
});
