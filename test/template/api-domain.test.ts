import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { DomainConfig } from '../../lib/domain-config.ts';
import { GatewayStack } from '../../lib/gateway-stack.ts';
import { defineStage, type StageConfig, stages } from '../../lib/stage-config.ts';
import { objectionsTo } from '../../scripts/verify/cloudformation-schema.ts';
import { resourcesOf, type Template } from '../../scripts/verify/template.ts';
import { onlyOf, stageTemplates, synthesize } from '../support/synthesize.ts';

const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000';
const hostedZone = { id: 'Z123', name: 'example.com' };
const own: DomainConfig = { name: 'api.example.com', hostedZone };

function withDomains(domains: DomainConfig[], change: Partial<StageConfig> = {}): Template {
  const prod = stages.get('prod');
  if (prod === undefined) throw new Error('no stage prod');
  return synthesize((app) => new GatewayStack(app, defineStage({ ...prod, domains, ...change })));
}

const anything = z.record(z.string(), z.unknown());
const domainName = z.object({
  DomainName: z.string(),
  SecurityPolicy: z.string(),
  EndpointAccessMode: z.string().optional(),
  EndpointConfiguration: z.unknown(),
  RegionalCertificateArn: z.unknown(),
  MutualTlsAuthentication: z.unknown().optional(),
});
const domainsOf = (template: Template) =>
  resourcesOf(template, 'AWS::ApiGateway::DomainName', domainName).map(({ properties }) => properties);

describe('without a domain of its own', () => {
  test.each(stageTemplates)('stage $stage.name answers under the default name', ({ template }) => {
    expect(onlyOf(template, 'AWS::ApiGateway::RestApi', anything)).toMatchObject({ DisableExecuteApiEndpoint: false });
    expect(domainsOf(template)).toEqual([]);
  });
});

describe('a domain in a hosted zone', () => {
  const template = withDomains([own]);

  test('is held to the TLS of the API, for its own host name alone', () => {
    expect(domainsOf(template)).toEqual([
      expect.objectContaining({
        DomainName: 'api.example.com',
        SecurityPolicy: 'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09',
        EndpointAccessMode: 'STRICT',
        EndpointConfiguration: { Types: ['REGIONAL'] },
        RegionalCertificateArn: { Ref: expect.stringMatching(/Certificate/) },
      }),
    ]);
  });

  test('is the only way in', () => {
    expect(onlyOf(template, 'AWS::ApiGateway::RestApi', anything)).toMatchObject({ DisableExecuteApiEndpoint: true });
  });

  test('leads to the stage, with nothing before its paths', () => {
    const mapping = onlyOf(template, 'AWS::ApiGateway::BasePathMapping', anything);
    expect(mapping).toMatchObject({ Stage: { Ref: expect.stringMatching(/DeploymentStagelive/) } });
    expect(mapping).not.toHaveProperty('BasePath');
    const record = onlyOf(template, 'AWS::Route53::RecordSet', anything);
    expect(record).toMatchObject({ Name: 'api.example.com.', Type: 'A', HostedZoneId: 'Z123' });
    expect(JSON.stringify(record)).toContain('RegionalDomainName');
  });

  test('has a certificate that renews itself', () => {
    expect(onlyOf(template, 'AWS::CertificateManager::Certificate', anything)).toMatchObject({
      DomainName: 'api.example.com',
      ValidationMethod: 'DNS',
      DomainValidationOptions: [{ DomainName: 'api.example.com', HostedZoneId: 'Z123' }],
    });
  });

  test('is what the outputs tell', () => {
    expect(template.Outputs['ApiUrl']?.Value).toBe('https://api.example.com/v1');
    expect(template.Outputs['AdminUrl']?.Value).toBe('https://api.example.com/admin');
  });
});

test('a domain with a certificate of one’s own needs no zone, and leaves its records to others', () => {
  const template = withDomains([{ name: 'llm.example.org', certificateArn }]);
  expect(domainsOf(template)).toEqual([expect.objectContaining({ RegionalCertificateArn: certificateArn })]);
  expect(resourcesOf(template, 'AWS::Route53::RecordSet', anything)).toEqual([]);
  expect(resourcesOf(template, 'AWS::CertificateManager::Certificate', anything)).toEqual([]);
});

test('TLS 1.3 alone is a switch, for the API and its domains', () => {
  const template = withDomains([own], { minimumTls: '1.3' });
  const only = 'SecurityPolicy_TLS13_1_3_2025_09';
  expect(onlyOf(template, 'AWS::ApiGateway::RestApi', anything)).toMatchObject({ SecurityPolicy: only });
  expect(domainsOf(template)).toEqual([expect.objectContaining({ SecurityPolicy: only })]);
});

describe('a domain for clients with certificates', () => {
  const mutualTls = { truststore: 's3://trust/partners/cas.pem', version: 'v7' };
  const template = withDomains([own, { name: 'partners.example.com', hostedZone, mutualTls }]);

  test('asks for one that the trust store knows, in the version that was named', () => {
    expect(domainsOf(template)[1]).toMatchObject({
      DomainName: 'partners.example.com',
      MutualTlsAuthentication: { TruststoreUri: 's3://trust/partners/cas.pem', TruststoreVersion: 'v7' },
      SecurityPolicy: 'TLS_1_2',
    });
    expect(domainsOf(template)[0]).not.toHaveProperty('MutualTlsAuthentication');
  });

  test('cannot be walked around by the default name', () => {
    const alone = withDomains([{ name: 'partners.example.com', hostedZone, mutualTls }]);
    expect(onlyOf(alone, 'AWS::ApiGateway::RestApi', anything)).toMatchObject({ DisableExecuteApiEndpoint: true });
  });

  test('is as CloudFormation takes it', () => {
    expect(objectionsTo(template)).toEqual([]);
  });
});
