import { describe, expect, test } from 'vitest';
import { openStackResources } from '../../../local/template/stack-resources.ts';
import { readWebAclModel } from '../../../local/template/web-acl-model.ts';
import { getAtt } from '../../support/fixture-assembly.ts';
import { testAcl } from '../../support/web-acl.ts';

const none = [{ Priority: 0, Type: 'NONE' }];
const block = { Block: { CustomResponse: { ResponseCode: 418, CustomResponseBodyKey: 'no' } } };

function modelOf(rules: readonly object[], change: { readonly acl?: object; readonly resources?: object } = {}) {
  const Rules = rules.map((rule, index) => ({ Name: `R${index}`, Priority: index, VisibilityConfig: {}, ...rule }));
  const Acl = {
    Type: 'AWS::WAFv2::WebACL',
    Properties: {
      DefaultAction: { Allow: {} },
      CustomResponseBodies: { no: { ContentType: 'APPLICATION_JSON', Content: '{"no":1}' } },
      Rules,
      ...change.acl,
    },
  };
  const Link = { Type: 'AWS::WAFv2::WebACLAssociation', Properties: { WebACLArn: getAtt('Acl', 'Arn') } };
  const resources = Object.entries({ Acl, Link, ...change.resources }).map(
    ([id, { Type, Properties }]) => [id, { Type, Properties }] as const,
  );
  const template = { Resources: Object.fromEntries(resources), Parameters: {}, Conditions: {}, Mappings: {} };
  return readWebAclModel(openStackResources({ stackName: 'fixture', template, assetPaths: new Map() }));
}

function aclOf(...given: Parameters<typeof modelOf>) {
  const model = modelOf(...given);
  if (model === undefined) throw new Error('no web ACL');
  return testAcl(model);
}

const onBody = (OversizeHandling: string, Size: number) => ({
  SizeConstraintStatement: {
    FieldToMatch: { Body: { OversizeHandling } },
    ComparisonOperator: 'GT',
    Size,
    TextTransformations: none,
  },
});
const onPath = (RegexString: string) => ({
  RegexMatchStatement: { FieldToMatch: { UriPath: {} }, RegexString, TextTransformations: none },
});
const onLabel = (Key: string) => ({ LabelMatchStatement: { Scope: 'LABEL', Key } });

describe('rules', () => {
  test('are asked in the order of their priorities, and none after the one that blocks', () => {
    const { ask } = aclOf([
      { Name: 'second', Priority: 20, Statement: onLabel('seen'), Action: block },
      { Name: 'first', Priority: 10, Statement: onPath('x'), Action: { Count: {} }, RuleLabels: [{ Name: 'seen' }] },
      { Name: 'third', Priority: 30, Statement: onPath('x'), Action: { Count: {} }, RuleLabels: [{ Name: 'late' }] },
    ]);
    expect(ask({ path: '/x' })).toMatchObject({ action: 'block', rule: 'second', labels: ['seen'] });
    expect(ask({ path: '/y' })).toMatchObject({ action: 'allow', labels: [] });
  });

  test('answer in the words of the template', () => {
    const { response } = aclOf([{ Statement: onPath('x'), Action: block }]).ask({ path: '/x' });
    expect(response).toEqual({ status: 418, headers: [['content-type', 'application/json']], body: '{"no":1}' });
  });

  test('leave the answer to the API where they have none of their own', () => {
    const { ask } = aclOf([{ Statement: onPath('x'), Action: { Block: {} } }]);
    expect(ask({ path: '/x' })).toMatchObject({ action: 'block', response: undefined });
  });

  test.each([
    ['MATCH', 'block'],
    ['NO_MATCH', 'allow'],
    ['CONTINUE', 'allow'],
  ])('of a body that is larger than what they see, %s: %s', (handling, action) => {
    const { ask } = aclOf([{ Statement: onBody(handling, 20_000), Action: block }]);
    expect(ask({ path: '/', body: 'x'.repeat(16_384) }).action).toBe('allow');
    expect(ask({ path: '/', body: 'x'.repeat(16_385) }).action).toBe(action);
  });

  test('of a managed group block by themselves where they are not made to count', () => {
    const group = (overrides: readonly string[]) => ({
      Statement: {
        ManagedRuleGroupStatement: {
          VendorName: 'AWS',
          Name: 'AWSManagedRulesCommonRuleSet',
          RuleActionOverrides: overrides.map((Name) => ({ Name, ActionToUse: { Count: {} } })),
        },
      },
      OverrideAction: { None: {} },
    });
    const traversal = { path: '/', body: '../../../x' };
    expect(aclOf([group([])]).ask(traversal)).toMatchObject({ action: 'block', rule: 'R0/GenericLFI_BODY' });
    expect(aclOf([group(['GenericLFI_BODY'])]).ask(traversal)).toMatchObject({
      action: 'allow',
      labels: ['awswaf:managed:aws:core-rule-set:GenericLFI_Body'],
    });
  });
});

test('a block is logged with its rule and its place, and nothing else of the request', () => {
  const { ask, blocks } = aclOf([{ Name: 'Nope', Statement: onPath('x'), Action: block }]);
  ask({ path: '/y' });
  ask({ path: '/x', body: 'secret body', headers: { authorization: 'Bearer secret' } });
  expect(blocks.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      terminatingRuleId: 'Nope',
      action: 'BLOCK',
      responseCodeSent: 418,
      httpRequest: expect.objectContaining({ clientIp: '192.0.2.1', httpMethod: 'POST', uri: '/x' }),
    }),
  ]);
  expect(blocks.join()).not.toContain('secret');
});

describe('the runner refuses to start with', () => {
  const unknown = { ByteMatchStatement: { SearchString: 'x' } };
  test.each<[string, () => unknown, RegExp]>([
    ['a statement that it does not know', () => aclOf([{ Statement: unknown, Action: block }]), /Acl .*Statement/s],
    [
      'an action that it does not know',
      () => aclOf([{ Statement: onPath('x'), Action: { Captcha: {} } }]),
      /Acl .*Action/s,
    ],
    ['a body that is blocked by default', () => aclOf([], { acl: { DefaultAction: { Block: {} } } }), /DefaultAction/],
    [
      'a managed group that it does not know',
      () => aclOf([{ Statement: { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'New' } } }]),
      /managed rule group New/,
    ],
    [
      'an IP set that is not there',
      () => aclOf([{ Statement: { IPSetReferenceStatement: { Arn: 'arn:x' } }, Action: block }]),
      /IP set/,
    ],
    [
      'an answer that is not there',
      () => aclOf([{ Statement: onPath('x'), Action: block }], { acl: { CustomResponseBodies: {} } }),
      /R0 names a response body/,
    ],
  ])('%s', (_what, start, message) => {
    expect(start).toThrow(message);
  });
});

test('a web ACL that is associated with nothing is not in force', () => {
  const Link = { Type: 'AWS::SNS::Topic', Properties: {} };
  expect(modelOf([{ Statement: onPath('x'), Action: block }], { resources: { Link } })).toBeUndefined();
});
