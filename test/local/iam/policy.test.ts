import { describe, expect, test } from 'vitest';
import { compilePolicy } from '../../../local/iam/policy.ts';
import type { PolicyStatement } from '../../../local/template/permission-model.ts';

const statement = (change: Partial<PolicyStatement>): PolicyStatement => ({
  Effect: 'Allow',
  Action: ['dynamodb:GetItem'],
  Resource: ['arn:aws:dynamodb:r:a:table/T'],
  Condition: {},
  ...change,
});
const request = { action: 'dynamodb:GetItem', resource: 'arn:aws:dynamodb:r:a:table/T', context: {} };
const allows = (change: Partial<PolicyStatement>, asked: Partial<typeof request> & { context?: object } = {}) =>
  compilePolicy([statement(change)])({ ...request, ...asked, context: { ...asked.context } });

describe('a policy', () => {
  test('allows what a statement names, and nothing else', () => {
    expect(allows({})).toBe(true);
    expect(allows({}, { action: 'dynamodb:PutItem' })).toBe(false);
    expect(allows({}, { resource: 'arn:aws:dynamodb:r:a:table/T2' })).toBe(false);
    expect(allows({}, { resource: 'arn:aws:dynamodb:r:a:table/T/index/i' })).toBe(false);
    expect(compilePolicy([])(request)).toBe(false);
  });

  test('takes actions in any case, and wildcards in both', () => {
    expect(allows({ Action: ['DynamoDB:getitem'] })).toBe(true);
    expect(allows({ Action: ['dynamodb:Get*'], Resource: ['arn:aws:dynamodb:*:table/?'] })).toBe(true);
    expect(allows({ Action: ['dynamodb:Get?'] })).toBe(false);
    expect(allows({ Resource: ['arn:aws:dynamodb:r:a:table.T'] })).toBe(false);
  });

  test('denies whatever else allows', () => {
    const policy = compilePolicy([statement({ Action: ['*'] }), statement({ Effect: 'Deny' })]);
    expect(policy(request)).toBe(false);
    expect(policy({ ...request, action: 'dynamodb:Query' })).toBe(true);
  });

  test.each<[string, PolicyStatement['Condition'], object, boolean]>([
    ['the same text', { StringEquals: { 'a:k': ['x', 'y'] } }, { 'a:k': 'y' }, true],
    ['another text', { StringEquals: { 'a:k': ['x', 'y'] } }, { 'a:k': 'z' }, false],
    ['no text', { StringEquals: { 'a:k': ['x'] } }, {}, false],
    ['a key in another case', { StringEquals: { 'A:K': ['x'] } }, { 'a:k': 'x' }, true],
    ['a pattern', { StringLike: { 'a:k': ['x#*'] } }, { 'a:k': 'x#1' }, true],
    ['a pattern that is not met', { StringLike: { 'a:k': ['x#*'] } }, { 'a:k': 'y#1' }, false],
    ['an ARN', { ArnLike: { 'a:k': ['arn:aws:logs:*:log-group:*'] } }, { 'a:k': 'arn:aws:logs:r:a:log-group:g' }, true],
    ['two keys, both right', { StringEquals: { a: ['1'], b: ['2'] } }, { a: '1', b: '2' }, true],
    ['two keys, one wrong', { StringEquals: { a: ['1'], b: ['2'] } }, { a: '1', b: '1' }, false],
    ['all of a list', { 'ForAllValues:StringLike': { k: ['A#*', 'B#*'] } }, { k: ['A#1', 'B#2'] }, true],
    ['not all of a list', { 'ForAllValues:StringLike': { k: ['A#*'] } }, { k: ['A#1', 'B#2'] }, false],
    ['all of nothing', { 'ForAllValues:StringLike': { k: ['A#*'] } }, {}, true],
    ['any of a list', { 'ForAnyValue:StringEquals': { k: ['b'] } }, { k: ['a', 'b'] }, true],
    ['any of nothing', { 'ForAnyValue:StringEquals': { k: ['b'] } }, {}, false],
    ['a key that has to be there, and is', { Null: { k: ['false'] } }, { k: ['a'] }, true],
    ['a key that has to be there, and is not', { Null: { k: ['false'] } }, {}, false],
    ['a key that has to be there, and is empty', { Null: { k: ['false'] } }, { k: [] }, false],
    ['a key that may not be there', { Null: { k: ['true'] } }, {}, true],
    ['yes or no', { Bool: { k: ['true'] } }, { k: 'true' }, true],
  ])('compares %s', (_case, Condition, context, expected) => {
    expect(allows({ Condition }, { context })).toBe(expected);
  });

  test.each([
    [{ NumericLessThan: { k: ['1'] } }, 'NumericLessThan'],
    [{ 'ForSomeValues:StringEquals': { k: ['1'] } }, 'ForSomeValues'],
    [{ StringLike: { k: [`\${aws:username}`] } }, 'policy variable'],
  ])('that it cannot evaluate keeps the runner from starting: %j', (Condition, message) => {
    expect(() => compilePolicy([statement({ Condition })])).toThrow(message);
  });
});
