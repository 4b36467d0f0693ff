import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { account, defineAccount } from '../../lib/account-config.ts';
import { AccountStack } from '../../lib/account-stack.ts';
import { resourcesOf } from '../../scripts/verify/template.ts';
import { everything } from '../support/account-with-everything.ts';
import { onlyOf, synthesize } from '../support/synthesize.ts';

const withConfig = (config: typeof everything) =>
  synthesize((app) => new AccountStack(app, { region: 'us-east-1', config }));
const full = withConfig(everything);
const typesOf = (template: typeof full) => new Set(Object.values(template.Resources).map(({ Type }) => Type));

const role = z.object({
  AssumeRolePolicyDocument: z.object({ Statement: z.tuple([z.object({ Condition: z.unknown().optional() })]) }),
});
const issuer = 'token.actions.githubusercontent.com';

describe('what an account has once', () => {
  test('is off but for the role that API Gateway needs', () => {
    expect([...typesOf(withConfig(account))].sort()).toEqual(['AWS::ApiGateway::Account', 'AWS::IAM::Role']);
  });

  test.each([
    ['guardDuty', 'AWS::GuardDuty::Detector'],
    ['inspector', 'Custom::AWS'],
    ['dataEventTrail', 'AWS::CloudTrail::Trail'],
  ] as const)('comes one by one: %s', (flag, type) => {
    const off = { apiGatewayLogs: false, guardDuty: false, inspector: false, dataEventTrail: false };
    expect(typesOf(withConfig(defineAccount({ ...off, [flag]: true }))).has(type)).toBe(true);
    expect(typesOf(withConfig(defineAccount({ ...off, apiGatewayLogs: true }))).has(type)).toBe(false);
  });

  test('may not be asked for by a repository name that is a pattern', () => {
    const deployFrom = { repository: 'example/*', environments: ['prod'] };
    expect(() => defineAccount({ ...everything, deployFrom })).toThrow('owner/name');
    expect(() => defineAccount({ ...everything, deployFrom: { repository: 'a/b', environments: ['*'] } })).toThrow();
  });
});

describe('GitHub Actions', () => {
  const roles = resourcesOf(full, 'AWS::IAM::Role', role);
  const statementOf = (name: string) => {
    const found = roles.find(({ id }) => id.startsWith(`Delivery${name}`));
    if (found === undefined) throw new Error(`no role ${name}`);
    return found.properties.AssumeRolePolicyDocument.Statement[0];
  };

  test('deploys from named environments alone, and looks from pull requests of the repository itself', () => {
    expect(statementOf('Deploy').Condition).toEqual({
      StringEquals: {
        [`${issuer}:aud`]: 'sts.amazonaws.com',
        [`${issuer}:sub`]: ['repo:example/gateway:environment:dev', 'repo:example/gateway:environment:prod'],
      },
    });
    expect(statementOf('Diff').Condition).toMatchObject({
      StringEquals: { [`${issuer}:sub`]: ['repo:example/gateway:pull_request'] },
    });
  });

  test('may become the roles of the bootstrap and do nothing else; whoever looks cannot deploy', () => {
    const policies = resourcesOf(full, 'AWS::IAM::ManagedPolicy', z.object({ PolicyDocument: z.unknown() })).filter(
      ({ id }) => id.startsWith('Delivery'),
    );
    expect(policies).toHaveLength(2);
    for (const { id, properties } of policies) {
      const text = JSON.stringify(properties);
      expect(text.match(/"Action":[^,]+/g)).toEqual(['"Action":"sts:AssumeRole"']);
      expect(text).toContain('-lookup-role-');
      expect(text.includes('-deploy-role-')).toBe(id.startsWith('DeliveryDeploy'));
    }
  });
});

describe('the trail of data events', () => {
  const trail = onlyOf(
    full,
    'AWS::CloudTrail::Trail',
    z.object({
      EnableLogFileValidation: z.boolean(),
      KMSKeyId: z.unknown(),
      AdvancedEventSelectors: z.array(z.unknown()),
    }),
  );

  test('sees tables and archive, is encrypted, and shows what was removed from it', () => {
    expect(trail.EnableLogFileValidation).toBe(true);
    expect(JSON.stringify(trail.KMSKeyId)).toContain('TrailKey');
    const selectors = JSON.stringify(trail.AdvancedEventSelectors);
    expect(selectors).toContain('AWS::DynamoDB::Table');
    expect(selectors).toContain(':table/portcullis-');
    expect(selectors).toContain('AWS::S3::Object');
  });
});
