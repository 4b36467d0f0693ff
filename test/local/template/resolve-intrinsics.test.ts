import { describe, expect, test } from 'vitest';
import {
  evaluateCondition,
  type IntrinsicScope,
  resolveIntrinsics,
  UnresolvableTemplateError,
} from '../../../local/template/resolve-intrinsics.ts';

const references: Readonly<Record<string, unknown>> = {
  Table: 'the-table',
  'AWS::Region': 'us-east-1',
  Count: 3,
  Names: ['a', 'b'],
};
const attributes: Readonly<Record<string, string>> = { 'Table.Arn': 'arn:table', 'Api.Nested.Name': 'nested' };
const scope: IntrinsicScope = {
  ref: (id) => references[id],
  getAtt: (id, attribute) => attributes[`${id}.${attribute}`],
  conditions: {
    IsHere: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
    IsNotHere: { 'Fn::Not': [{ Condition: 'IsHere' }] },
    Both: { 'Fn::And': [{ Condition: 'IsHere' }, { Condition: 'IsNotHere' }] },
    Either: { 'Fn::Or': [{ Condition: 'IsHere' }, { Condition: 'IsNotHere' }] },
  },
  mappings: { Regions: { 'us-east-1': { suffix: 'one' } } },
};
const resolve = (value: unknown) => resolveIntrinsics(value, scope, 'Resources.X');

describe('every intrinsic gives what CloudFormation gives', () => {
  test.each([
    ['Ref', { Ref: 'Table' }, 'the-table'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:table'],
    ['GetAtt as text', { 'Fn::GetAtt': 'Table.Arn' }, 'arn:table'],
    ['GetAtt of a nested attribute', { 'Fn::GetAtt': 'Api.Nested.Name' }, 'nested'],
    ['Join', { 'Fn::Join': ['/', ['a', { Ref: 'Table' }, { Ref: 'Count' }]] }, 'a/the-table/3'],
    ['Join of a list reference', { 'Fn::Join': ['+', { Ref: 'Names' }] }, 'a+b'],
    ['Sub', { 'Fn::Sub': `\${Table}:\${Table.Arn}:\${!Table}` }, `the-table:arn:table:\${Table}`],
    ['Sub with variables', { 'Fn::Sub': [`\${Own}-\${Table}`, { Own: { Ref: 'Count' } }] }, '3-the-table'],
    ['Select', { 'Fn::Select': ['1', ['a', 'b']] }, 'b'],
    ['Split', { 'Fn::Split': [':', { 'Fn::GetAtt': ['Table', 'Arn'] }] }, ['arn', 'table']],
    ['Select of Split', { 'Fn::Select': [1, { 'Fn::Split': [':', 'x:y'] }] }, 'y'],
    ['FindInMap', { 'Fn::FindInMap': ['Regions', { Ref: 'AWS::Region' }, 'suffix'] }, 'one'],
    ['If', { 'Fn::If': ['IsHere', { Ref: 'Table' }, 'other'] }, 'the-table'],
    ['If not', { 'Fn::If': ['IsNotHere', 'yes', 'no'] }, 'no'],
    ['what is no intrinsic', { a: [1, true, null, { b: 'c' }] }, { a: [1, true, null, { b: 'c' }] }],
    ['the Condition of a policy', { Condition: { Bool: { x: 'y' } } }, { Condition: { Bool: { x: 'y' } } }],
  ])('%s', (_, value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  test('AWS::NoValue takes its key, or its element, away', () => {
    const gone = { 'Fn::If': ['IsNotHere', 'x', { Ref: 'AWS::NoValue' }] };
    expect(resolve({ a: gone, b: [gone, 1] })).toEqual({ b: [1] });
    expect(resolve(gone)).toBeUndefined();
  });

  test.each([
    ['IsHere', true],
    ['IsNotHere', false],
    ['Both', false],
    ['Either', true],
  ])('the condition %s is %s', (name, expected) => {
    expect(evaluateCondition(name, scope, 'x')).toBe(expected);
  });
});

describe('what cannot be resolved is refused with its path', () => {
  test.each([
    ['an unknown intrinsic', { deep: [{ 'Fn::Cidr': ['10.0.0.0/16'] }] }, 'Resources.X.deep.0'],
    ['an unknown reference', { deep: { Ref: 'Nothing' } }, 'Resources.X.deep.Ref'],
    ['an unknown attribute', { 'Fn::GetAtt': ['Table', 'Colour'] }, 'Resources.X.Fn::GetAtt'],
    ['an unknown reference in a Sub', { 'Fn::Sub': `\${Nothing}` }, 'Resources.X.Fn::Sub'],
    ['a malformed argument', { 'Fn::Join': 'a' }, 'Resources.X.Fn::Join'],
    ['a list where text belongs', { 'Fn::Join': ['', [{ Ref: 'Names' }]] }, 'Resources.X.Fn::Join.0'],
    ['a Select out of range', { 'Fn::Select': [2, ['a', 'b']] }, 'Resources.X.Fn::Select'],
    ['a missing mapping', { 'Fn::FindInMap': ['Regions', 'eu-west-1', 'suffix'] }, 'Resources.X.Fn::FindInMap'],
    ['an undefined condition', { 'Fn::If': ['Nothing', 1, 2] }, 'Resources.X.Fn::If'],
  ])('%s', (_, value, path) => {
    expect(() => resolve(value)).toThrow(UnresolvableTemplateError);
    expect(() => resolve(value)).toThrow(expect.objectContaining({ path }));
  });
});
