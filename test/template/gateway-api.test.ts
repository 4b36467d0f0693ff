import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { resourcesOf, type Template } from '../../scripts/verify/template.ts';
import { onlyOf, stageTemplates } from '../support/synthesize.ts';

const restApi = z.object({
  SecurityPolicy: z.string(),
  EndpointAccessMode: z.string(),
  EndpointConfiguration: z.unknown(),
  BinaryMediaTypes: z.array(z.string()),
  MinimumCompressionSize: z.undefined().optional(),
});
const stageProperties = z.object({
  StageName: z.string(),
  AccessLogSetting: z.object({ Format: z.string(), DestinationArn: z.unknown() }),
  MethodSettings: z.array(z.record(z.string(), z.unknown())),
  CacheClusterEnabled: z.undefined().optional(),
  Variables: z.undefined().optional(),
});
const reference = z.object({ Ref: z.string() });
const pathPart = z.object({ PathPart: z.string(), ParentId: z.unknown() });
const method = z.object({
  HttpMethod: z.string(),
  AuthorizationType: z.string(),
  ResourceId: z.unknown(),
  Integration: z.object({
    Type: z.literal('AWS_PROXY'),
    Uri: z.unknown(),
    TimeoutInMillis: z.int(),
    ResponseTransferMode: z.string().optional(),
    CacheKeyParameters: z.undefined().optional(),
  }),
});

/** `/v1/{proxy+}` from the chain of resources that it is made of. */
function pathOf(template: Template, id: unknown): string {
  const parsed = reference.safeParse(id);
  if (!parsed.success) return '';
  const { PathPart, ParentId } = pathPart.parse(template.Resources[parsed.data.Ref]?.Properties);
  return `${pathOf(template, ParentId)}/${PathPart}`;
}

function routesOf(template: Template) {
  return Object.fromEntries(
    resourcesOf(template, 'AWS::ApiGateway::Method', method).map(({ properties }) => [
      `${properties.HttpMethod} ${pathOf(template, properties.ResourceId)}`,
      {
        authorization: properties.AuthorizationType,
        ...properties.Integration,
        Uri: JSON.stringify(properties.Integration.Uri),
      },
    ]),
  );
}

describe.each(stageTemplates)('in stage $stage.name', ({ stage, template }) => {
  const deployed = onlyOf(template, 'AWS::ApiGateway::Stage', stageProperties);

  test('the API takes TLS 1.2 with forward secrecy or better, and calls to its own host name only', () => {
    expect(onlyOf(template, 'AWS::ApiGateway::RestApi', restApi)).toMatchObject({
      SecurityPolicy: 'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09',
      EndpointAccessMode: 'STRICT',
      EndpointConfiguration: { Types: ['REGIONAL'] },
    });
  });

  test('every body reaches a function byte for byte', () => {
    expect(onlyOf(template, 'AWS::ApiGateway::RestApi', restApi).BinaryMediaTypes).toEqual(['*/*']);
  });

  test('the routes are these, and no other', () => {
    const streaming = {
      authorization: 'NONE',
      ResponseTransferMode: 'STREAM',
      TimeoutInMillis: 900_000,
      Uri: expect.stringMatching(/2021-11-15.*ProxyFunction.*response-streaming-invocations/),
    };
    expect(routesOf(template)).toMatchObject({
      'GET /healthz': streaming,
      'GET /.well-known/security.txt': streaming,
      'ANY /v1/{proxy+}': streaming,
    });
    const managed = {
      authorization: 'NONE',
      TimeoutInMillis: 29_000,
      Uri: expect.stringMatching(/ManagementFunction/),
    };
    expect(routesOf(template)).toMatchObject({
      'ANY /v1/key': managed,
      'ANY /v1/keys': managed,
      'ANY /v1/keys/{proxy+}': managed,
      'ANY /v1/account': managed,
      'ANY /v1/organization/{proxy+}': managed,
      'ANY /v1/providers/{proxy+}': managed,
    });
    expect(Object.keys(routesOf(template)).sort()).toEqual([
      'ANY /admin/{proxy+}',
      'ANY /v1/account',
      'ANY /v1/key',
      'ANY /v1/keys',
      'ANY /v1/keys/{proxy+}',
      'ANY /v1/organization/{proxy+}',
      'ANY /v1/providers/{proxy+}',
      'ANY /v1/{proxy+}',
      'GET /.well-known/security.txt',
      'GET /healthz',
    ]);
  });

  test('an operator route is refused to whoever IAM does not know', () => {
    expect(routesOf(template)['ANY /admin/{proxy+}']).toMatchObject({
      authorization: 'AWS_IAM',
      TimeoutInMillis: 29_000,
      Uri: expect.stringMatching(/AdminFunction/),
    });
  });

  test('no execution log and no trace holds a request, and nothing is cached', () => {
    expect(deployed.MethodSettings).toEqual([
      {
        HttpMethod: '*',
        ResourcePath: '/*',
        DataTraceEnabled: false,
        LoggingLevel: 'OFF',
        ThrottlingRateLimit: stage.throttle.requestsPerSecond,
        ThrottlingBurstLimit: stage.throttle.burst,
      },
    ]);
  });

  test('the access log holds measurements, and nothing that a caller wrote', () => {
    const fields = z.record(z.string(), z.string()).parse(JSON.parse(deployed.AccessLogSetting.Format));
    expect(Object.values(fields).sort()).toEqual([
      '$context.error.responseType',
      '$context.httpMethod',
      '$context.identity.sourceIp',
      '$context.integration.responseTransferMode',
      '$context.integration.timeToFirstContent',
      '$context.integrationLatency',
      '$context.requestId',
      '$context.resourcePath',
      '$context.responseLength',
      '$context.status',
      '$context.tlsVersion',
      '$context.wafResponseCode',
    ]);
    expect(JSON.stringify(deployed.AccessLogSetting.DestinationArn)).toMatch(/ApiAccessLog/);
  });

  test('the outputs are what an application and an operator are told', () => {
    expect(Object.keys(template.Outputs).sort()).toEqual(['AdminUrl', 'ApiUrl']);
    expect(JSON.stringify(template.Outputs['ApiUrl'])).toContain('/live/v1"');
    expect(JSON.stringify(template.Outputs['AdminUrl'])).toContain('/live/admin"');
  });

  test('there is no setting that belongs to the whole account', () => {
    expect(Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::ApiGateway::Account')).toEqual([]);
  });
});
