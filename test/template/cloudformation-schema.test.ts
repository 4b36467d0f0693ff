import { describe, expect, test } from 'vitest';
import { AccountStack } from '../../lib/account-stack.ts';
import { objectionsTo } from '../../scripts/verify/cloudformation-schema.ts';
import { template } from '../../scripts/verify/template.ts';
import { everything } from '../support/account-with-everything.ts';
import { stageTemplates, synthesize } from '../support/synthesize.ts';

describe('every resource is as CloudFormation takes it', () => {
  test.each(stageTemplates)('in stage $stage.name', ({ template: synthesized }) => {
    expect(Object.keys(synthesized.Resources).length).toBeGreaterThan(40);
    expect(objectionsTo(synthesized)).toEqual([]);
  });

  test('in the stack of the account', () => {
    expect(
      objectionsTo(synthesize((app) => new AccountStack(app, { region: 'us-east-1', config: everything }))),
    ).toEqual([]);
  });
});

describe('the check finds', () => {
  const good = {
    Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: {}, PendingWindowInDays: 7 } },
    Logs: { Type: 'AWS::Logs::LogGroup', Properties: { KmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } } },
  };
  const check = (resources: object) => objectionsTo(template.parse({ Resources: { ...good, ...resources } }));
  const table = (properties: object) =>
    check({
      Table: {
        Type: 'AWS::DynamoDB::GlobalTable',
        Properties: { KeySchema: [], Replicas: [{ Region: 'us-east-1' }], ...properties },
      },
    });

  test('nothing in a template that is right', () => {
    expect(check({})).toEqual([]);
    expect(table({})).toEqual([]);
  });

  test.each<[string, () => string[], string]>([
    [
      'a type that does not exist',
      () => check({ X: { Type: 'AWS::DynamoDB::Tabel' } }),
      'X: there is no type AWS::DynamoDB::Tabel',
    ],
    [
      'a misspelt property',
      () => table({ BilingMode: 'PAY_PER_REQUEST' }),
      'Table.BilingMode: there is no such property',
    ],
    [
      'a misspelt property within a list',
      () => table({ Replicas: [{ Region: 'us-east-1', DeletionProtection: true }] }),
      'Table.Replicas[0].DeletionProtection: there is no such property',
    ],
    [
      'a missing required property',
      () => check({ X: { Type: 'AWS::DynamoDB::GlobalTable' } }),
      'X.Replicas: is required',
    ],
    [
      'a missing required property within a list',
      () => table({ Replicas: [{}] }),
      'Table.Replicas[0].Region: is required',
    ],
    [
      'a list where an object belongs',
      () => table({ SSESpecification: [] }),
      'Table.SSESpecification: expected an object',
    ],
    ['an object where a list belongs', () => table({ Replicas: {} }), 'Table.Replicas: expected a list'],
    [
      'a string where a number belongs',
      () => check({ Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: {}, PendingWindowInDays: 'week' } } }),
      'Key.PendingWindowInDays: expected integer',
    ],
    ['a number where a string belongs', () => table({ TableName: 7 }), 'Table.TableName: expected a string'],
    [
      'a word where yes or no belongs',
      () => table({ SSESpecification: { SSEEnabled: 'yes' } }),
      'Table.SSESpecification.SSEEnabled: expected boolean',
    ],
    [
      'an attribute that does not exist',
      () => table({ TableName: { 'Fn::GetAtt': ['Key', 'Name'] } }),
      'GetAtt Key.Name: AWS::KMS::Key has no such attribute',
    ],
    [
      'an attribute of nothing',
      () => table({ TableName: { 'Fn::GetAtt': ['Kee', 'Arn'] } }),
      'GetAtt Kee.Arn: there is no such resource',
    ],
    [
      'a reference to nothing',
      () => table({ TableName: { Ref: 'Kee' } }),
      'Ref Kee: there is no such resource or parameter',
    ],
    [
      'a reference to nothing within a text',
      () => table({ TableName: { 'Fn::Sub': `a-\${AWS::Region}-\${Kee}` } }),
      'Ref Kee: there is no such resource or parameter',
    ],
    [
      'a dependency on nothing',
      () => check({ X: { ...good.Logs, DependsOn: ['Logs', 'Gone'] } }),
      'X: depends on Gone, which is nowhere',
    ],
  ])('%s', (_mistake, find, objection) => {
    expect(find()).toEqual([objection]);
  });
});
