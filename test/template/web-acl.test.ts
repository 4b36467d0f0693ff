import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { onlyOf, stageTemplates, walk } from '../support/synthesize.ts';

const count = z.strictObject({ Count: z.strictObject({}) });
const block = z.strictObject({
  Block: z.strictObject({
    CustomResponse: z.object({
      ResponseCode: z.int(),
      CustomResponseBodyKey: z.string(),
      ResponseHeaders: z.array(z.object({ Name: z.string(), Value: z.string() })).optional(),
    }),
  }),
});
const managedGroup = z.object({
  VendorName: z.literal('AWS'),
  Name: z.string(),
  RuleActionOverrides: z.array(z.object({ Name: z.string(), ActionToUse: count })),
});
const statement = z.strictObject({
  RegexMatchStatement: z
    .object({
      FieldToMatch: z.strictObject({ UriPath: z.strictObject({}) }),
      RegexString: z.string(),
      TextTransformations: z.tuple([z.strictObject({ Priority: z.int(), Type: z.literal('NORMALIZE_PATH') })]),
    })
    .optional(),
  LabelMatchStatement: z.object({ Scope: z.literal('LABEL'), Key: z.string() }).optional(),
  RateBasedStatement: z
    .object({ AggregateKeyType: z.string(), Limit: z.int(), EvaluationWindowSec: z.int() })
    .optional(),
  ManagedRuleGroupStatement: managedGroup.optional(),
  get NotStatement() {
    return z.strictObject({ Statement: statement }).optional();
  },
  get AndStatement() {
    return z.strictObject({ Statements: z.array(statement) }).optional();
  },
  get OrStatement() {
    return z.strictObject({ Statements: z.array(statement) }).optional();
  },
});
const webAcl = z.object({
  Scope: z.literal('REGIONAL'),
  DefaultAction: z.strictObject({ Allow: z.strictObject({}) }),
  CustomResponseBodies: z.record(z.string(), z.object({ ContentType: z.string(), Content: z.string() })),
  DataProtectionConfig: z.unknown(),
  Rules: z.array(
    z.object({
      Name: z.string(),
      Priority: z.int(),
      Statement: statement,
      Action: z.union([count, block]).optional(),
      OverrideAction: z.strictObject({ None: z.strictObject({}) }).optional(),
      RuleLabels: z.array(z.object({ Name: z.string() })).optional(),
    }),
  ),
});
type Statement = z.infer<typeof statement>;

/** The body rules of the two groups as AWS lists them; each also leaves a label, with `_Body` in place of `_BODY`. */
const bodyRules = {
  AWSManagedRulesCommonRuleSet: [
    'SizeRestrictions_BODY',
    'EC2MetaDataSSRF_BODY',
    'GenericLFI_BODY',
    'GenericRFI_BODY',
    'CrossSiteScripting_BODY',
  ],
  AWSManagedRulesKnownBadInputsRuleSet: ['JavaDeserializationRCE_BODY', 'Log4JRCE_BODY', 'ReactJSRCE_BODY'],
};
const labelNames = {
  AWSManagedRulesCommonRuleSet: 'core-rule-set',
  AWSManagedRulesKnownBadInputsRuleSet: 'known-bad-inputs',
};
const bodyLabels = (['AWSManagedRulesCommonRuleSet', 'AWSManagedRulesKnownBadInputsRuleSet'] as const).flatMap(
  (group) =>
    bodyRules[group].map((rule) => `awswaf:managed:aws:${labelNames[group]}:${rule.replace('_BODY', '_Body')}`),
);

interface Seen {
  readonly path: string;
  readonly labels: ReadonlySet<string>;
}

/** Our own statements, evaluated as AWS WAF would; the managed groups' findings are given as labels. */
function matches(rule: Statement, seen: Seen): boolean {
  if (rule.RegexMatchStatement)
    return new RegExp(rule.RegexMatchStatement.RegexString).test(posix.normalize(seen.path));
  if (rule.LabelMatchStatement) return seen.labels.has(rule.LabelMatchStatement.Key);
  if (rule.NotStatement) return !matches(rule.NotStatement.Statement, seen);
  if (rule.AndStatement) return rule.AndStatement.Statements.every((part) => matches(part, seen));
  if (rule.OrStatement) return rule.OrStatement.Statements.some((part) => matches(part, seen));
  return false;
}

function statusFor(acl: z.infer<typeof webAcl>, path: string, findings: readonly string[]): number | undefined {
  const labels = new Set(findings);
  for (const { Statement: rule, Action, RuleLabels = [] } of acl.Rules.toSorted((a, b) => a.Priority - b.Priority)) {
    if (!matches(rule, { path, labels })) continue;
    for (const { Name } of RuleLabels) labels.add(Name);
    if (Action !== undefined && 'Block' in Action) return Action.Block.CustomResponse.ResponseCode;
  }
  return undefined;
}

describe.each(stageTemplates)('in stage $stage.name', ({ stage, template }) => {
  const acl = onlyOf(template, 'AWS::WAFv2::WebACL', webAcl);

  test('it stands in front of the API', () => {
    const association = onlyOf(template, 'AWS::WAFv2::WebACLAssociation', z.object({ ResourceArn: z.unknown() }));
    expect(JSON.stringify(association.ResourceArn)).toMatch(/restapis.*ApiRest.*stages.*ApiRestDeploymentStagelive/);
  });

  test.each(['/live/v1/chat/completions', '/v1/messages', '/live/v1/responses', '/live//v1/embeddings'])(
    'a prompt that looks like every attack passes on %s',
    (path) => {
      expect(statusFor(acl, path, bodyLabels)).toBeUndefined();
    },
  );

  test.each(bodyLabels)('off the model routes a body is blocked for %s', (label) => {
    for (const path of [
      '/live/admin/accounts',
      '/live/healthz',
      '/live/admin/v1/x',
      '/live/v1/../admin/x',
      '/v2/v1/x',
    ]) {
      expect(statusFor(acl, path, [label]), path).toBe(403);
    }
    expect(statusFor(acl, '/live/admin/accounts', [])).toBeUndefined();
  });

  test.each(Object.entries(bodyRules))('no rule of %s blocks on a body by itself', (group, rules) => {
    const found = acl.Rules.map((rule) => rule.Statement.ManagedRuleGroupStatement).find(
      (managed) => managed?.Name === group,
    );
    const counted = found?.RuleActionOverrides.map(({ Name }) => Name);
    expect(counted).toEqual(expect.arrayContaining(rules));
  });

  test('no group is in force whose body rules are not known here', () => {
    const groups = acl.Rules.flatMap((rule) => rule.Statement.ManagedRuleGroupStatement?.Name ?? []);
    expect(groups.sort()).toEqual(['AWSManagedRulesAmazonIpReputationList', ...Object.keys(bodyRules)].sort());
  });

  test('a flood from one address is answered 429, as an SDK expects it', () => {
    const [rule, another] = acl.Rules.filter(({ Statement: { RateBasedStatement } }) => RateBasedStatement);
    expect(another).toBeUndefined();
    expect(rule?.Statement.RateBasedStatement).toEqual({
      AggregateKeyType: 'IP',
      Limit: stage.requestsPerMinutePerIp,
      EvaluationWindowSec: 60,
    });
    const { CustomResponse } = block.parse(rule?.Action).Block;
    expect(CustomResponse.ResponseCode).toBe(429);
    expect(CustomResponse.ResponseHeaders?.map(({ Name }) => Name)).toContain('retry-after');
    const body = acl.CustomResponseBodies[CustomResponse.CustomResponseBodyKey];
    expect(JSON.parse(body?.Content ?? '')).toEqual({
      error: { message: expect.any(String), type: 'requests', param: null, code: 'rate_limit_exceeded' },
    });
  });

  test('rules are evaluated in one order', () => {
    const priorities = acl.Rules.map(({ Priority }) => Priority);
    expect(new Set(priorities).size).toBe(priorities.length);
  });

  test('it samples nothing', () => {
    const settings = [...walk(template.Resources)].flatMap((node) => {
      const parsed = z.object({ SampledRequestsEnabled: z.boolean() }).safeParse(node);
      return parsed.success ? [parsed.data.SampledRequestsEnabled] : [];
    });
    expect(settings).toHaveLength(acl.Rules.length + 1);
    expect(new Set(settings)).toEqual(new Set([false]));
  });

  test('bodies, query strings and credentials are hidden wherever it shows a request', () => {
    const hidden = (field: object) => ({ Action: 'SUBSTITUTION', Field: field });
    expect(acl.DataProtectionConfig).toEqual({
      DataProtections: [
        hidden({ FieldType: 'BODY' }),
        hidden({ FieldType: 'QUERY_STRING' }),
        hidden({
          FieldType: 'SINGLE_HEADER',
          FieldKeys: ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie'],
        }),
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
      ...['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie'].map((Name) => ({
        SingleHeader: { Name },
      })),
    ]);
    const destination = JSON.stringify(logging['LogDestinationConfigs']);
    expect(destination).not.toContain(':*');
    const [, id = ''] = /"Ref":"(WebAclBlockLog\w+)"/.exec(destination) ?? [];
    expect(JSON.stringify(template.Resources[id]?.Properties['LogGroupName'])).toMatch(/"aws-waf-logs-"/);
  });
});
