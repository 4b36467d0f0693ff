import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { answerFault, answerRefusal } from '../../lambdas/domain/errors.ts';
import { resourcesOf } from '../../scripts/verify/template.ts';
import { stageTemplates } from '../support/synthesize.ts';

const errorBody = z.strictObject({
  error: z.strictObject({ message: z.string().min(1), type: z.string(), param: z.null(), code: z.string() }),
});
const gatewayResponse = z.object({
  ResponseType: z.string(),
  StatusCode: z.string().optional(),
  ResponseParameters: z.record(z.string(), z.string()),
  ResponseTemplates: z.strictObject({ 'application/json': z.string() }),
});

const [first] = stageTemplates;
if (first === undefined) throw new Error('there is no stage');
const answers = new Map(
  resourcesOf(first.template, 'AWS::ApiGateway::GatewayResponse', gatewayResponse).map(({ properties }) => [
    properties.ResponseType,
    {
      status: properties.StatusCode,
      headers: properties.ResponseParameters,
      text: properties.ResponseTemplates['application/json'],
      ...errorBody.parse(JSON.parse(properties.ResponseTemplates['application/json'])),
    },
  ]),
);

describe('what API Gateway answers by itself', () => {
  test('is in the OpenAI error shape and quotes a request id, whatever it is', () => {
    expect([...answers.keys()]).toEqual(expect.arrayContaining(['DEFAULT_4XX', 'DEFAULT_5XX']));
    for (const { headers } of answers.values()) {
      expect(headers).toMatchObject({ 'gatewayresponse.header.x-request-id': 'context.requestId' });
    }
  });

  test.each([
    ['MISSING_AUTHENTICATION_TOKEN', '404', 'not_found'],
    ['RESOURCE_NOT_FOUND', '404', 'not_found'],
    ['REQUEST_TOO_LARGE', '413', 'request_too_large'],
    ['THROTTLED', '429', 'rate_limit_exceeded'],
    ['QUOTA_EXCEEDED', '429', 'rate_limit_exceeded'],
    ['WAF_FILTERED', '403', 'permission_denied'],
    ['ACCESS_DENIED', '403', 'permission_denied'],
    ['INVALID_SIGNATURE', '403', 'permission_denied'],
    ['EXPIRED_TOKEN', '403', 'permission_denied'],
    ['UNAUTHORIZED', '401', 'permission_denied'],
    ['DEFAULT_4XX', undefined, 'invalid_request'],
    ['INTEGRATION_TIMEOUT', '504', 'upstream_timeout'],
    ['INTEGRATION_FAILURE', '502', 'internal_error'],
    ['DEFAULT_5XX', undefined, 'internal_error'],
  ])('to %s is %s %s', (type, status, code) => {
    expect(answers.get(type)).toMatchObject({ status, error: { code } });
  });

  test('says of a fault just what the gateway itself would say', () => {
    for (const code of ['internal_error', 'upstream_timeout'] as const) {
      const same = [...answers.values()].filter(({ error }) => error.code === code);
      expect(same.length).toBeGreaterThan(0);
      for (const { error } of same) expect(error).toEqual(answerFault(code).body.error);
    }
  });

  test('calls a refusal what the gateway itself would call it', () => {
    for (const code of ['not_found', 'request_too_large', 'permission_denied', 'invalid_request'] as const) {
      const { body } = answerRefusal({ code, message: '', param: null });
      const same = [...answers.values()].filter(({ error }) => error.code === code);
      expect(same.length).toBeGreaterThan(0);
      for (const { error } of same) expect(error.type).toBe(body.error.type);
    }
  });

  test('tells a throttled client when to come back', () => {
    for (const type of ['THROTTLED', 'QUOTA_EXCEEDED']) {
      expect(answers.get(type)?.headers).toMatchObject({
        'gatewayresponse.header.retry-after': "'1'",
        'gatewayresponse.header.retry-after-ms': "'1000'",
      });
    }
  });

  test('holds nothing of the request and nothing of the failure', () => {
    for (const { text } of answers.values()) expect(text).not.toContain('$');
  });

  test('is the same in every stage', () => {
    const texts = stageTemplates.map(({ template }) =>
      JSON.stringify(resourcesOf(template, 'AWS::ApiGateway::GatewayResponse', gatewayResponse)),
    );
    expect(new Set(texts).size).toBe(1);
  });
});
