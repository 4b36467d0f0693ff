import { describe, expect, test } from 'vitest';
import { simulate } from '../../../scripts/verify/simulate-access.ts';
import { readStackAccess } from '../../../scripts/verify/stack-access.ts';
import { stageTemplates } from '../../support/synthesize.ts';

const [{ template } = { template: undefined }] = stageTemplates;
const stack = readStackAccess(template, 'portcullis');
const keys = [...stack.keyPolicies.keys()];
const account = '000000000000';

/** What the services of AWS use a key for; for anything else, any of them is turned away. */
const logGroupOf = (owner: string) => ({
  'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:us-east-1:${owner}:log-group:anything`,
});
const services: readonly [string, readonly string[], Record<string, string>, readonly string[]][] = [
  [
    'logs.us-east-1.amazonaws.com',
    [
      'Encrypt',
      'Decrypt',
      'ReEncryptFrom',
      'ReEncryptTo',
      'GenerateDataKey',
      'GenerateDataKeyWithoutPlaintext',
      'DescribeKey',
    ],
    logGroupOf(account),
    ['OperationsKey'],
  ],
  ['logs.us-east-1.amazonaws.com', [], logGroupOf('111111111111'), []],
  ['logs.us-east-1.amazonaws.com', [], {}, []],
  ['cloudwatch.amazonaws.com', ['Decrypt', 'GenerateDataKey'], { 'aws:SourceAccount': account }, ['OperationsKey']],
  ['cloudwatch.amazonaws.com', [], { 'aws:SourceAccount': '111111111111' }, []],
  ['cloudwatch.amazonaws.com', [], {}, []],
  ['dynamodb.amazonaws.com', [], { 'aws:SourceAccount': account }, []],
  ['s3.amazonaws.com', [], { 'aws:SourceAccount': account }, []],
];
const actions = [
  ...['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'],
  ...['DescribeKey', 'CreateGrant', 'PutKeyPolicy', 'ScheduleKeyDeletion', 'DisableKey'],
];

function resourceOf(key: string): string {
  const arn = stack.arns.get(key);
  if (arn === undefined) throw new Error(`no key ${key}`);
  return arn;
}

describe.each(keys)('%s', (key) => {
  const ask = (principal: string, action: string, context: Record<string, string> = {}, policy: string[] = []) =>
    simulate(
      {
        principal,
        statements: policy.map((resource) => ({
          Effect: 'Allow',
          Action: [`kms:${action}`],
          Resource: [resource],
          Condition: {},
        })),
      },
      { action: `kms:${action}`, resource: resourceOf(key), context },
      stack,
    );

  test.each(services)('serves %s with %j where %j', async (principal, granted, context, on) => {
    for (const action of actions) {
      const expected = on.includes(key) && granted.includes(action);
      expect(await ask(principal, action, context), action).toBe(expected);
    }
  });

  test('obeys the IAM policies of its own account, and nobody of another one', async () => {
    for (const action of actions) {
      const own = `arn:aws:iam::${account}:role/any`;
      expect(await ask(own, action)).toBe(false);
      expect(await ask(own, action, {}, [resourceOf(key)])).toBe(true);
      expect(await ask('arn:aws:iam::111111111111:role/any', action, {}, [resourceOf(key)])).toBe(false);
    }
  });
});
