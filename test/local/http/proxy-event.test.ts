import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildProxyEvent } from '../../../local/http/proxy-event.ts';
import type { RequestContext } from '../../../local/http/request-context.ts';
import type { ApiModel } from '../../../local/template/api-model.ts';

const api: ApiModel = {
  id: 'api1234567',
  stageName: 'live',
  binaryMediaTypes: ['*/*'],
  routes: [],
  gatewayResponses: [],
  accessLog: undefined,
  throttle: undefined,
};
const context: RequestContext = {
  requestId: 'request-1',
  extendedRequestId: 'extended-1=',
  traceId: 'Root=1-abc',
  receivedAtMs: Date.UTC(2026, 10, 22, 1, 2, 3),
  requestTime: '22/Nov/2026:01:02:03 +0000',
  method: 'POST',
  path: '/v1/chat',
  query: '',
  protocol: 'HTTP/1.1',
  sourceIp: '127.0.0.1',
  userAgent: 'test/1',
  domainName: '127.0.0.1:8787',
  resourcePath: '/v1/{proxy+}',
  caller: undefined,
  wafResponseCode: undefined,
};
const match = {
  route: {
    resourcePath: '/v1/{proxy+}',
    method: 'ANY',
    authorization: 'NONE',
    functionName: 'f',
    transferMode: 'STREAM',
    timeoutMs: 1000,
  },
  pathParameters: { proxy: 'chat' },
} as const;

interface Change {
  readonly rawHeaders?: readonly string[];
  readonly body?: Buffer;
  readonly context?: Partial<RequestContext>;
  readonly api?: Partial<ApiModel>;
}
function eventOf({ rawHeaders = [], body = Buffer.alloc(0), context: changed, api: changedApi }: Change) {
  return buildProxyEvent(
    { context: { ...context, ...changed }, match, rawHeaders, body, localPort: 8787 },
    { ...api, ...changedApi },
  );
}

describe('the event of a request', () => {
  test('has the shape of a REST API event', () => {
    expect(eventOf({})).toMatchObject({
      resource: '/v1/{proxy+}',
      path: '/v1/chat',
      httpMethod: 'POST',
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: { proxy: 'chat' },
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
      requestContext: {
        accountId: '000000000000',
        apiId: 'api1234567',
        stage: 'live',
        requestId: 'request-1',
        resourcePath: '/v1/{proxy+}',
        httpMethod: 'POST',
        protocol: 'HTTP/1.1',
        requestTime: '22/Nov/2026:01:02:03 +0000',
        requestTimeEpoch: 1_795_309_323_000,
        identity: { sourceIp: '127.0.0.1', userAgent: 'test/1', userArn: null, accessKey: null },
      },
    });
  });

  test('headers keep their casing; the last of several is the single value', () => {
    const { headers, multiValueHeaders } = eventOf({ rawHeaders: ['X-Trace', 'a', 'x-other', 'c', 'X-Trace', 'b'] });
    expect(headers).toMatchObject({ 'X-Trace': 'b', 'x-other': 'c' });
    expect(multiValueHeaders['X-Trace']).toEqual(['a', 'b']);
  });

  test('headers of the connection end at the API', () => {
    const dropped = ['Connection', 'Content-Length', 'Transfer-Encoding', 'Expect', 'TE', 'Upgrade', 'Keep-Alive'];
    const { multiValueHeaders } = eventOf({ rawHeaders: dropped.flatMap((name) => [name, '1']) });
    expect(Object.keys(multiValueHeaders)).toEqual([
      'X-Amzn-Trace-Id',
      'X-Forwarded-For',
      'X-Forwarded-Port',
      'X-Forwarded-Proto',
    ]);
  });

  test('a client cannot pass for another address: what it says it forwards comes before its own', () => {
    const { headers } = eventOf({ rawHeaders: ['x-forwarded-for', '9.9.9.9', 'X-Forwarded-Proto', 'https'] });
    expect(headers['X-Forwarded-For']).toBe('9.9.9.9, 127.0.0.1');
    expect(headers['X-Forwarded-Proto']).toBe('http');
    expect(headers['x-forwarded-for']).toBeUndefined();
  });

  test('query values are decoded, the last of several is the single value, and no name is special', () => {
    const event = eventOf({ context: { query: 'a=1&a=%C3%A9%20x&__proto__=p&b' } });
    expect(event.multiValueQueryStringParameters).toEqual(
      Object.fromEntries([
        ['a', ['1', 'é x']],
        ['__proto__', ['p']],
        ['b', ['']],
      ]),
    );
    expect(event.queryStringParameters?.['a']).toBe('é x');
  });

  test('with */* every body, whatever it holds, reaches the function byte for byte', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1 }),
        fc.option(fc.constantFrom('application/json', 'text/plain')),
        (bytes, type) => {
          const body = Buffer.from(bytes);
          const event = eventOf({ body, rawHeaders: type === null ? [] : ['content-type', type] });
          expect(event.isBase64Encoded).toBe(true);
          expect(Buffer.from(event.body ?? '', 'base64').equals(body)).toBe(true);
        },
      ),
    );
  });

  test.each([
    ['image/png', 'image/png; x=y', true],
    ['image/*', 'image/png', true],
    ['image/*', 'text/plain', false],
    ['image/*', 'image', false],
  ])('with %s a body of type %s is base64: %s', (pattern, type, expected) => {
    const event = eventOf({
      body: Buffer.from('text'),
      rawHeaders: ['Content-Type', type],
      api: { binaryMediaTypes: [pattern] },
    });
    expect(event.isBase64Encoded).toBe(expected);
    expect(event.body).toBe(expected ? 'dGV4dA==' : 'text');
  });

  test('a signed caller is named, with the account', () => {
    const caller = { accessKey: 'AKID', userArn: 'arn:aws:iam::000000000000:user/operator' };
    expect(eventOf({ context: { caller } }).requestContext.identity).toMatchObject({
      accessKey: 'AKID',
      userArn: caller.userArn,
      caller: caller.userArn,
      accountId: '000000000000',
    });
  });
});
