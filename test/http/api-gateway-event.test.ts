import { describe, expect, it } from 'vitest';
import { parseApiGatewayEvent } from '../../lambdas/http/api-gateway-event.ts';
import { toText } from '../support/text.ts';

const event = {
  resource: '/v1/{proxy+}',
  path: '/v1/chat/completions',
  httpMethod: 'POST',
  headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': '203.0.113.9' },
  body: Buffer.from('{"ä":1}').toString('base64'),
  isBase64Encoded: true,
  requestContext: { requestId: 'id-1', identity: { sourceIp: '198.51.100.7' } },
};

describe('an API Gateway event', () => {
  it('becomes a request: header names in lower case, the body as bytes, the address that of the connection', () => {
    const request = parseApiGatewayEvent(event, 900);
    expect(request).toMatchObject({
      requestId: 'id-1',
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json' },
      sourceIp: '198.51.100.7',
      remainingMs: 900,
    });
    expect(toText(request.body)).toBe('{"ä":1}');
  });

  it('may lack a body and headers', () => {
    expect(parseApiGatewayEvent({ ...event, body: null, headers: null }, 1).body.length).toBe(0);
  });

  it('of another kind is a fault of the deployment', () => {
    expect(() => parseApiGatewayEvent({ version: '2.0' }, 1)).toThrow();
  });
});
