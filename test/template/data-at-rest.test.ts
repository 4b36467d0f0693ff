import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { FOLD_INDEX } from '../../lambdas/aws/dynamo-hour-marks.ts';
import { LEASE_INDEX } from '../../lambdas/aws/dynamo-lease-index.ts';
import { resourcesOf, type Template } from '../../scripts/verify/template.ts';
import { stageTemplates } from '../support/synthesize.ts';

const arnOf = (prefix: RegExp) => z.object({ 'Fn::GetAtt': z.tuple([z.string().regex(prefix), z.literal('Arn')]) });

const table = z.object({
  AttributeDefinitions: z.unknown(),
  KeySchema: z.unknown(),
  BillingMode: z.string(),
  GlobalSecondaryIndexes: z.unknown().optional(),
  StreamSpecification: z.object({ StreamViewType: z.string() }).optional(),
  TimeToLiveSpecification: z.unknown().optional(),
  SSESpecification: z.unknown(),
  Replicas: z.tuple([
    z.object({
      DeletionProtectionEnabled: z.boolean(),
      PointInTimeRecoverySpecification: z.object({
        PointInTimeRecoveryEnabled: z.literal(true),
        RecoveryPeriodInDays: z.int(),
      }),
      SSESpecification: z.object({ KMSMasterKeyId: arnOf(/^TablesKey/) }),
    }),
  ]),
});
const key = z.object({ EnableKeyRotation: z.boolean(), RotationPeriodInDays: z.int() });
const logGroup = z.object({
  KmsKeyId: arnOf(/^OperationsKey/),
  RetentionInDays: z.int(),
  DeletionProtectionEnabled: z.boolean(),
});
const namedLogGroup = z.object({ LogGroupName: z.unknown().optional() });

function tablesOf(template: Template) {
  return Object.fromEntries(
    resourcesOf(template, 'AWS::DynamoDB::GlobalTable', table).map(({ id, ...rest }) => [
      id.replace(/Table[0-9A-F]{8}$/, ''),
      rest,
    ]),
  );
}

describe.each(stageTemplates)('in stage $stage.name', ({ stage, template }) => {
  const tables = tablesOf(template);
  const policy = stage.retainData ? 'Retain' : 'Delete';

  test('there are four tables of one shape, each under our own key', () => {
    expect(Object.keys(tables).sort()).toEqual(['Audit', 'Keys', 'Ledger', 'Usage']);
    for (const { properties } of Object.values(tables)) {
      expect(properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: expect.arrayContaining([
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ]),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      });
    }
  });

  test('a table answers nobody that comes without TLS', () => {
    const policy = z.object({
      Replicas: z.tuple([z.object({ ResourcePolicy: z.object({ PolicyDocument: z.unknown() }) })]),
    });
    for (const { properties } of resourcesOf(template, 'AWS::DynamoDB::GlobalTable', policy)) {
      expect(properties.Replicas[0].ResourcePolicy.PolicyDocument).toMatchObject({
        Statement: [
          {
            Effect: 'Deny',
            Action: 'dynamodb:*',
            Principal: { AWS: '*' },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      });
    }
  });

  test('leases, and hours to fold, are found by an index that holds keys alone, and no other table has one', () => {
    const { Ledger: ledger, Usage: usage, ...others } = tables;
    expect(usage?.properties.GlobalSecondaryIndexes).toEqual([
      {
        IndexName: FOLD_INDEX,
        KeySchema: [
          { AttributeName: 'foldShard', KeyType: 'HASH' },
          { AttributeName: 'foldAfter', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ]);
    expect(ledger?.properties.GlobalSecondaryIndexes).toEqual([
      {
        IndexName: LEASE_INDEX,
        KeySchema: [
          { AttributeName: 'leaseShard', KeyType: 'HASH' },
          { AttributeName: 'leaseBucket', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ]);
    for (const { properties } of Object.values(others)) expect(properties.GlobalSecondaryIndexes).toBeUndefined();
  });

  test.each([
    // Erased, expired or folded: a week later it is gone from the backups as well. Nothing ever leaves the audit log.
    ['Keys', 7],
    ['Ledger', 35],
    ['Audit', 35],
    ['Usage', 7],
  ])('%s can be restored for %i days', (name, days) => {
    const recovery = tables[name]?.properties.Replicas[0].PointInTimeRecoverySpecification;
    expect(recovery?.RecoveryPeriodInDays).toBe(days);
  });

  test('items expire in every table but audit, and only audit is streamed', () => {
    const expires = { AttributeName: 'expiresAtSeconds', Enabled: true };
    for (const name of ['Keys', 'Ledger', 'Usage']) {
      expect(tables[name]?.properties.TimeToLiveSpecification).toEqual(expires);
      expect(tables[name]?.properties.StreamSpecification).toBeUndefined();
    }
    expect(tables['Audit']?.properties.TimeToLiveSpecification).toBeUndefined();
    expect(tables['Audit']?.properties.StreamSpecification).toEqual({ StreamViewType: 'NEW_IMAGE' });
  });

  test('tables, keys and logs outlive the stack exactly where data is retained', () => {
    for (const { properties, DeletionPolicy, UpdateReplacePolicy } of Object.values(tables)) {
      expect(properties.Replicas[0].DeletionProtectionEnabled).toBe(stage.retainData);
      expect({ DeletionPolicy, UpdateReplacePolicy }).toEqual({ DeletionPolicy: policy, UpdateReplacePolicy: policy });
    }
    for (const { DeletionPolicy } of resourcesOf(template, 'AWS::KMS::Key', key)) expect(DeletionPolicy).toBe(policy);
    for (const { DeletionPolicy } of resourcesOf(template, 'AWS::Logs::LogGroup', logGroup)) {
      expect(DeletionPolicy).toBe(policy);
    }
  });

  test('every key is renewed each year', () => {
    const keys = resourcesOf(template, 'AWS::KMS::Key', key);
    expect(keys).toHaveLength(3);
    for (const { properties } of keys) {
      expect(properties).toEqual({ EnableKeyRotation: true, RotationPeriodInDays: 365 });
    }
  });

  test('every log group is encrypted, and forgets', () => {
    const groups = resourcesOf(template, 'AWS::Logs::LogGroup', logGroup);
    const retention = groups.map(({ id, properties }) => [id.replace(/[0-9A-F]{8}$/, ''), properties.RetentionInDays]);
    expect(Object.fromEntries(retention)).toEqual({
      AuditLog: stage.auditLogRetentionDays,
      ProxyLogs: stage.logRetentionDays,
      AdminLogs: stage.logRetentionDays,
      ManagementLogs: stage.logRetentionDays,
      SweeperLogs: stage.logRetentionDays,
      FolderLogs: stage.logRetentionDays,
      ApiAccessLog: stage.logRetentionDays,
      WebAclBlockLog: stage.logRetentionDays,
    });
  });

  test('the audit log refuses to be deleted where data is retained', () => {
    const groups = resourcesOf(template, 'AWS::Logs::LogGroup', logGroup);
    expect(groups.filter(({ properties }) => properties.DeletionProtectionEnabled).map(({ id }) => id)).toEqual(
      stage.retainData ? [expect.stringMatching(/^AuditLog/)] : [],
    );
  });

  test('nothing has a name of its own that a second stack could not have', () => {
    const isName = /^(Table|Function|Role|LogGroup|Alias)?Name$/;
    const fixed = Object.entries(template.Resources).flatMap(([id, { Properties }]) =>
      Object.entries(Properties)
        .filter(([name, value]) => isName.test(name) && typeof value === 'string')
        .map(([name]) => `${id}.${name}`),
    );
    expect(fixed).toEqual([]);
    for (const { id, properties } of resourcesOf(template, 'AWS::Logs::LogGroup', namedLogGroup)) {
      if (properties.LogGroupName) expect(JSON.stringify(properties.LogGroupName), id).toContain('"AWS::StackId"');
    }
  });
});
