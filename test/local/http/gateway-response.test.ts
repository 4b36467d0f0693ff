import { describe, expect, test } from 'vitest';
import { createGatewayResponseRenderer, refusals } from '../../../local/http/gateway-response.ts';
import type { GatewayResponse } from '../../../local/template/api-model.ts';

function render(gatewayResponses: readonly GatewayResponse[], refused = refusals.unknownRoute) {
  const renderer = createGatewayResponseRenderer({
    id: 'api',
    stageName: 'live',
    binaryMediaTypes: [],
    routes: [],
    gatewayResponses,
    accessLog: undefined,
    throttle: undefined,
  });
  return renderer(refused, { requestId: 'request-1', 'identity.userAgent': 'a "quoted" agent', 'identity.user': null });
}
const defined = (type: string, change: Partial<GatewayResponse> = {}): GatewayResponse => ({
  type,
  status: undefined,
  templates: {},
  parameters: {},
  ...change,
});

describe('what the API answers by itself', () => {
  test('follows the definition of its case, before the default of its class', () => {
    const own = defined('MISSING_AUTHENTICATION_TOKEN', {
      status: 404,
      templates: { 'application/json': '{"own":1}' },
    });
    const general = defined('DEFAULT_4XX', { templates: { 'application/json': '{"general":1}' } });
    expect(render([general, own])).toMatchObject({ status: 404, body: '{"own":1}' });
    expect(render([general])).toMatchObject({ status: 403, body: '{"general":1}' });
    expect(render([general], refusals.functionFailed)).toMatchObject({
      status: 502,
      body: '{"message":"Internal server error"}',
    });
  });

  test('without any definition it is as API Gateway words it', () => {
    expect(render([])).toMatchObject({ status: 403, body: '{"message":"Missing Authentication Token"}' });
  });

  test('variables stand in bodies, escaped for JSON, and in headers', () => {
    const { headers, body } = render([
      defined('DEFAULT_4XX', {
        templates: {
          'application/json':
            '{"id":"$context.requestId","agent":"$context.identity.userAgent","m":$context.error.messageString,"n":"$context.error.message","u":"$context.identity.user"}',
        },
        parameters: {
          'gatewayresponse.header.x-request-id': 'context.requestId',
          'gatewayresponse.header.retry-after': "'1'",
          'gatewayresponse.header.x-none': 'context.identity.user',
        },
      }),
    ]);
    expect(JSON.parse(body)).toEqual({
      id: 'request-1',
      agent: 'a "quoted" agent',
      m: 'Missing Authentication Token',
      n: 'Missing Authentication Token',
      u: '',
    });
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'application/json',
      'x-amzn-errortype': 'MissingAuthenticationTokenException',
      'x-request-id': 'request-1',
      'retry-after': '1',
    });
  });
});
