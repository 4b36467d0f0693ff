import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { maxBodyBytes, routes } from '../../lambdas/handlers/data-plane.ts';
import { MAX_BODY_BYTES } from '../../lambdas/http/route-management.ts';
import { GatewayStack } from '../../lib/gateway-stack.ts';
import { defineStage, type StageConfig, stages } from '../../lib/stage-config.ts';
import type { AclRule, Statement } from '../../local/template/web-acl-model.ts';
import type { Verdict } from '../../local/waf/web-acl.ts';
import { type Template, walk } from '../../scripts/verify/template.ts';
import { onlyOf, stageTemplates, synthesize } from '../support/synthesize.ts';
import { type SeenRequest, type TestedAcl, testAcl, webAclModelOf } from '../support/web-acl.ts';

const modelRoutes = Object.keys(routes).flatMap((route) => (route.startsWith('POST ') ? [route.slice(5)] : []));
const secretHeaders = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie'];
const otherPaths = ['/v1/keys', '/v1/keys/abcdefghijkl', '/admin/accounts', '/admin/providers/openai/credential'];

/** A body for each managed rule that reads one, and the rule that it is for. */
const findings = [
  ['EC2MetaDataSSRF_BODY', 'curl http://169.254.169.254/latest/meta-data'],
  ['GenericLFI_BODY', 'cat ../../../etc/passwd'],
  ['GenericRFI_BODY', 'fetch http://127.0.0.1:8188/history'],
  ['CrossSiteScripting_BODY', '<script>alert(1)</script>'],
  ['JavaDeserializationRCE_BODY', '(java.lang.Runtime).getRuntime().exec("id")'],
  ['Log4JRCE_BODY', `\${jndi:ldap://x}`],
  ['ReactJSRCE_BODY', '"$1:__proto__:then"'],
  ['SQLi_BODY', "' or 1=1 --"],
] as const;

const errorBody = z.strictObject({
  error: z.strictObject({ message: z.string(), type: z.string(), param: z.null(), code: z.string() }),
});

function answerOf({ response }: Verdict) {
  if (response === undefined) return undefined;
  const { error } = errorBody.parse(JSON.parse(response.body));
  return { status: response.status, type: error.type, code: error.code, headers: Object.fromEntries(response.headers) };
}

function templateOf(stage: StageConfig): Template {
  return synthesize((app) => new GatewayStack(app, defineStage(stage)));
}

function stageNamed(name: string): StageConfig {
  const found = stages.get(name);
  if (found === undefined) throw new Error(`no stage ${name}`);
  return found;
}

const prod = stageNamed('prod');
const prodModel = webAclModelOf(templateOf(prod));

describe.each(stageTemplates)('in stage $stage.name', ({ stage, template }) => {
  const model = webAclModelOf(template);
  const { ask } = testAcl(model);

  test('it stands in front of the API', () => {
    const association = onlyOf(template, 'AWS::WAFv2::WebACLAssociation', z.object({ ResourceArn: z.unknown() }));
    expect(JSON.stringify(association.ResourceArn)).toMatch(/restapis.*ApiRest.*stages.*ApiRestDeploymentStagelive/);
  });

  test.each(findings)(
    'what %s finds is counted at most on its way to a model, and blocked on every other',
    (rule, body) => {
      for (const route of modelRoutes) {
        for (const path of [route, `/live${route}`]) expect(ask({ path, body }).action, path).toBe('allow');
      }
      for (const route of otherPaths) {
        for (const path of [route, `/live${route}`]) {
          expect(ask({ path, body }).action, path).toBe('block');
          expect(ask({ path, body: '{"name":"ci"}' }).action, path).toBe('allow');
        }
      }
      expect(ask({ path: '/v1/keys', body }).labels.join()).toContain(rule.replace('_BODY', '_Body'));
    },
  );

  test.each([
    '/live/v1/../v1/chat/completions',
    '/live//v1/chat/completions',
    '/v1/keys/../chat/completions',
    '/v1/chat/completions/../../keys',
    '/v1/chat/completions/',
    '/v1/chat/completions/x',
    '/v1/chat%2Fcompletions',
    '/V1/chat/completions',
    '/v2/v1/chat/completions',
    '/admin/v1/chat/completions',
    '/live/live/v1/chat/completions',
    '/v1/chat/completions\n',
  ])('no other path passes for one of a model: %j', (path) => {
    expect(ask({ path, body: '../../../etc/passwd' }).action).toBe('block');
  });

  test('a body of the size that the functions take passes, and a byte more is answered 413', () => {
    const sized = (bytes: number) =>
      ask({ path: '/v1/chat/completions', headers: { 'content-length': String(bytes) } });
    expect(sized(maxBodyBytes).action).toBe('allow');
    expect(answerOf(sized(maxBodyBytes + 1))).toMatchObject({ status: 413, code: 'request_too_large' });
    const managed = (bytes: number) => ask({ path: '/v1/keys', body: 'x'.repeat(bytes) });
    expect(managed(MAX_BODY_BYTES).action).toBe('allow');
    expect(answerOf(managed(MAX_BODY_BYTES + 1))).toMatchObject({ status: 413, code: 'request_too_large' });
  });

  test('it sees every byte of a management body that it lets pass', () => {
    expect(model.inspectedBytes).toBe(MAX_BODY_BYTES);
    const body = `${'x'.repeat(MAX_BODY_BYTES - 20)}../../../etc/passwd`;
    expect(ask({ path: '/v1/keys', body }).action).toBe('block');
  });

  test('it costs the base price: at most 1,500 capacity units', () => {
    const units = model.rules.reduce((sum, { Statement }) => sum + capacityOf(Statement), 0);
    expect(units).toBeGreaterThan(1_300);
    expect(units).toBeLessThanOrEqual(1_500);
  });

  test('it samples nothing', () => {
    const settings = [...walk(template.Resources)].flatMap((node) => {
      const parsed = z.object({ SampledRequestsEnabled: z.boolean() }).safeParse(node);
      return parsed.success ? [parsed.data.SampledRequestsEnabled] : [];
    });
    expect(settings).toHaveLength(model.rules.length + 1);
    expect(new Set(settings)).toEqual(new Set([false]));
  });

  test('bodies, query strings and credentials are hidden wherever it shows a request', () => {
    const acl = onlyOf(template, 'AWS::WAFv2::WebACL', z.object({ DataProtectionConfig: z.unknown() }));
    const hidden = (field: object) => ({ Action: 'SUBSTITUTION', Field: field });
    expect(acl.DataProtectionConfig).toEqual({
      DataProtections: [
        hidden({ FieldType: 'BODY' }),
        hidden({ FieldType: 'QUERY_STRING' }),
        hidden({ FieldType: 'SINGLE_HEADER', FieldKeys: secretHeaders }),
      ],
    });
  });

  test('it logs what it blocked and no more, credentials left out, to a group that AWS WAF takes', () => {
    const logging = onlyOf(template, 'AWS::WAFv2::LoggingConfiguration', z.record(z.string(), z.unknown()));
    expect(logging['LoggingFilter']).toEqual({
      DefaultBehavior: 'DROP',
      Filters: [{ Behavior: 'KEEP', Requirement: 'MEETS_ANY', Conditions: [{ ActionCondition: { Action: 'BLOCK' } }] }],
    });
    expect(logging['RedactedFields']).toEqual([
      { QueryString: {} },
      ...secretHeaders.map((Name) => ({ SingleHeader: { Name } })),
    ]);
    const destination = JSON.stringify(logging['LogDestinationConfigs']);
    expect(destination).not.toContain(':*');
    const [, id = ''] = /"Ref":"(WebAclBlockLog\w+)"/.exec(destination) ?? [];
    expect(JSON.stringify(template.Resources[id]?.Properties['LogGroupName'])).toMatch(/"aws-waf-logs-"/);
  });

  test('floods are counted over a minute, by the limits of the stage configuration', () => {
    const rates = model.rules.flatMap(({ Name, Statement }) =>
      'RateBasedStatement' in Statement ? [[Name, Statement.RateBasedStatement] as const] : [],
    );
    for (const [, { EvaluationWindowSec }] of rates) expect(EvaluationWindowSec).toBe(60);
    const { requestsPerMinutePerIp, requestsPerMinutePerKey, managementRequestsPerMinutePerIp } = stage.webAcl;
    expect(Object.fromEntries(rates.map(([name, { Limit }]) => [name, Limit]))).toEqual({
      RatePerAddress: requestsPerMinutePerIp,
      'RatePerKey-authorization': requestsPerMinutePerKey,
      'RatePerKey-x-api-key': requestsPerMinutePerKey,
      'RatePerKey-api-key': requestsPerMinutePerKey,
      'RatePerKey-x-goog-api-key': requestsPerMinutePerKey,
      ManagementRatePerAddress: managementRequestsPerMinutePerIp,
    });
  });
});

/** AWS WAF developer guide, "WCUs" of each statement; a transformation costs 10, of what it is applied to, each time. */
function capacityOf(given: Statement): number {
  const transformed = (part: { readonly TextTransformations: readonly { readonly Type: string }[] }) =>
    part.TextTransformations.filter(({ Type }) => Type !== 'NONE').length * 10;
  const sum = (parts: readonly Statement[]) => parts.reduce((total, part) => total + capacityOf(part), 0);
  if ('RegexMatchStatement' in given) return 3 + transformed(given.RegexMatchStatement);
  if ('SizeConstraintStatement' in given) return 1 + transformed(given.SizeConstraintStatement);
  if ('LabelMatchStatement' in given || 'IPSetReferenceStatement' in given) return 1;
  if ('NotStatement' in given) return capacityOf(given.NotStatement.Statement);
  if ('AndStatement' in given) return sum(given.AndStatement.Statements);
  if ('OrStatement' in given) return sum(given.OrStatement.Statements);
  if ('ManagedRuleGroupStatement' in given) {
    const { Name, ScopeDownStatement: scope } = given.ManagedRuleGroupStatement;
    return (managedGroupCapacity[Name] ?? Number.NaN) + (scope ? capacityOf(scope) : 0);
  }
  const { CustomKeys, ScopeDownStatement: scope } = given.RateBasedStatement;
  return (
    2 + CustomKeys.reduce((total, { Header }) => total + 30 + transformed(Header), 0) + (scope ? capacityOf(scope) : 0)
  );
}

const managedGroupCapacity: Readonly<Record<string, number>> = {
  AWSManagedRulesAntiDDoSRuleSet: 50,
  AWSManagedRulesAmazonIpReputationList: 25,
  AWSManagedRulesAnonymousIpList: 50,
  AWSManagedRulesKnownBadInputsRuleSet: 200,
  AWSManagedRulesCommonRuleSet: 700,
  AWSManagedRulesSQLiRuleSet: 200,
};

describe('a flood', () => {
  /** How many requests pass before one is answered 429. */
  function passesOf(requests: (index: number) => SeenRequest): number {
    const { ask } = testAcl(prodModel);
    let passed = 0;
    while (ask(requests(passed)).action === 'allow') passed += 1;
    const { status, headers } = answerOf(ask(requests(passed))) ?? {};
    expect({ status, ...headers }).toMatchObject({ status: 429, 'retry-after': '30', 'retry-after-ms': '30000' });
    return passed;
  }
  const path = '/v1/chat/completions';
  const manyAddresses = (index: number) => `2001:db8::${index.toString(16)}`;

  test('from one address ends at its limit', () => {
    expect(passesOf(() => ({ path }))).toBe(prod.webAcl.requestsPerMinutePerIp);
    expect(passesOf((index) => ({ path, sourceIp: manyAddresses(index % 2) }))).toBe(
      2 * prod.webAcl.requestsPerMinutePerIp,
    );
  });

  test.each(secretHeaders.slice(0, -1))(
    'with one key in %s ends at its limit, whatever addresses it comes from',
    (header) => {
      const withKey = (key: string, index: number) => ({
        path,
        headers: { [header]: key },
        sourceIp: manyAddresses(index),
      });
      expect(passesOf((index) => withKey('ask_one', index))).toBe(prod.webAcl.requestsPerMinutePerKey);
      expect(passesOf((index) => withKey(`ask_${index % 2}`, index))).toBe(2 * prod.webAcl.requestsPerMinutePerKey);
    },
  );

  test('of management requests ends sooner, and leaves the routes of models alone', () => {
    const limit = prod.webAcl.managementRequestsPerMinutePerIp;
    expect(passesOf(() => ({ path: '/v1/keys' }))).toBe(limit);
    expect(passesOf((index) => ({ path: index < 2 * limit ? path : '/v1/keys' }))).toBe(3 * limit);
  });

  test('is let in again once a minute has passed', () => {
    let nowMs = 0;
    const { ask } = testAcl(prodModel, () => nowMs);
    for (let count = 0; count <= prod.webAcl.requestsPerMinutePerIp; count += 1) ask({ path });
    expect(ask({ path }).action).toBe('block');
    nowMs = 59_999;
    expect(ask({ path }).action).toBe('block');
    nowMs = 120_000;
    expect(ask({ path }).action).toBe('allow');
  });
});

describe('addresses', () => {
  const guarded = (webAcl: Partial<StageConfig['webAcl']>) =>
    testAcl(webAclModelOf(templateOf({ ...prod, webAcl: { ...prod.webAcl, ...webAcl } })));
  const statusFrom = ({ ask }: TestedAcl, sourceIp: string) => {
    const answer = answerOf(ask({ path: '/v1/chat/completions', sourceIp }));
    return answer && [answer.status, answer.code];
  };
  const refused = [403, 'ip_not_allowed'];

  test('that are blocked are turned away, of either version', () => {
    const acl = guarded({ blocked: ['198.51.100.0/24', '2001:db8:bad::/48'] });
    expect(statusFrom(acl, '198.51.100.255')).toEqual(refused);
    expect(statusFrom(acl, '2001:db8:bad:1::1')).toEqual(refused);
    expect(statusFrom(acl, '198.51.101.0')).toBeUndefined();
    expect(statusFrom(acl, '2001:db8:bae::1')).toBeUndefined();
  });

  test('that are not allowed are turned away where a stage lists those that are, and a blocked one stays blocked', () => {
    const acl = guarded({ allowed: ['203.0.113.0/24', '2001:db8:1::/48'], blocked: ['203.0.113.7/32'] });
    expect(statusFrom(acl, '203.0.113.8')).toBeUndefined();
    expect(statusFrom(acl, '2001:db8:1::8')).toBeUndefined();
    expect(statusFrom(acl, '203.0.113.7')).toEqual(refused);
    expect(statusFrom(acl, '192.0.2.1')).toEqual(refused);
    expect(statusFrom(acl, '2001:db8:2::1')).toEqual(refused);
  });

  test('sets are there to be filled in an incident, also where none is blocked yet', () => {
    expect([...prodModel.ipSets.values()]).toEqual([[], []]);
  });
});

test('the managed rules against floods are a switch, and send no challenge to a program', () => {
  const { rules } = webAclModelOf(templateOf({ ...prod, webAcl: { ...prod.webAcl, antiDdos: true } }));
  const [first] = rules;
  expect(first?.Statement).toMatchObject({
    ManagedRuleGroupStatement: {
      Name: 'AWSManagedRulesAntiDDoSRuleSet',
      ManagedRuleGroupConfigs: [
        {
          AWSManagedRulesAntiDDoSRuleSet: {
            SensitivityToBlock: 'LOW',
            ClientSideActionConfig: { Challenge: { UsageOfAction: 'DISABLED' } },
          },
        },
      ],
    },
  });
  expect(rules.reduce((sum, { Statement }) => sum + capacityOf(Statement), 0)).toBeLessThanOrEqual(1_500);
  expect(prodModel.rules.map(({ Name }) => Name)).not.toContain('AWSManagedRulesAntiDDoSRuleSet');
});

test('callers whose address hides them are counted, and turned away from the operator’s routes alone', () => {
  const anonymous = {
    ...prodModel,
    rules: [labelling('awswaf:managed:aws:anonymous-ip-list:AnonymousIPList'), ...prodModel.rules],
  };
  const { ask } = testAcl(anonymous);
  expect(answerOf(ask({ path: '/admin/accounts' }))).toMatchObject({ status: 403, code: 'permission_denied' });
  expect(answerOf(ask({ path: '/live/admin' }))).toMatchObject({ status: 403 });
  expect(ask({ path: '/v1/chat/completions' }).action).toBe('allow');
  expect(ask({ path: '/v1/keys' }).action).toBe('allow');
  const counted = prodModel.rules.flatMap(({ Statement }) =>
    'ManagedRuleGroupStatement' in Statement && Statement.ManagedRuleGroupStatement.Name.includes('Anonymous')
      ? Statement.ManagedRuleGroupStatement.RuleActionOverrides.map(({ Name }) => Name)
      : [],
  );
  expect(counted).toEqual(['AnonymousIPList', 'HostingProviderIPList']);
});

/** A rule that gives every request a label, as a managed group would that knows its address. */
function labelling(name: string): AclRule {
  return {
    Name: 'Label',
    Priority: -1,
    Statement: { NotStatement: { Statement: { LabelMatchStatement: { Scope: 'LABEL', Key: 'never' } } } },
    Action: { Count: {} },
    RuleLabels: [{ Name: name }],
    VisibilityConfig: {},
  };
}

test('every refusal of its own is in the error shape of the API', () => {
  for (const body of Object.values(prodModel.responseBodies)) errorBody.parse(JSON.parse(body));
  const blocking = prodModel.rules.filter(({ Action }) => Action !== undefined && 'Block' in Action);
  expect(blocking.length).toBeGreaterThan(8);
  for (const { Name, Action } of blocking) expect(Action, Name).toMatchObject({ Block: { CustomResponse: {} } });
});
