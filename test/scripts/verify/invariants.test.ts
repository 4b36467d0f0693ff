import { describe, expect, test } from 'vitest';
import { invariants } from '../../../scripts/verify/invariants.ts';
import { template } from '../../../scripts/verify/template.ts';

const key = { 'Fn::GetAtt': ['SomeKey01234567', 'Arn'] };
const encryption = { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key } };
const closed = {
  BlockPublicAcls: true,
  BlockPublicPolicy: true,
  IgnorePublicAcls: true,
  RestrictPublicBuckets: true,
};
const replica = {
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  SSESpecification: { KMSMasterKeyId: key },
};
const lambda = {
  Runtime: 'nodejs24.x',
  Architectures: ['arm64'],
  KmsKeyArn: key,
  LoggingConfig: { LogGroup: { Ref: 'Logs' } },
  Environment: { Variables: { TABLE: 'x' } },
};
const api = {
  SecurityPolicy: 'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09',
  EndpointAccessMode: 'STRICT',
  EndpointConfiguration: { Types: ['REGIONAL'] },
};
const stage = {
  AccessLogSetting: { DestinationArn: 'arn', Format: '{}' },
  MethodSettings: [{ DataTraceEnabled: false, LoggingLevel: 'OFF' }],
};
const unsampled = { SampledRequestsEnabled: false };
const acl = {
  DataProtectionConfig: { DataProtections: [{}, {}, {}] },
  VisibilityConfig: unsampled,
  Rules: [{ VisibilityConfig: unsampled }],
};
const statement = { Effect: 'Allow', Action: ['s3:GetObject'], Resource: 'arn' };
const policy = (change: object) => ({ PolicyDocument: { Statement: [{ ...statement, ...change }] }, Roles: [] });

/** One resource of each type, as it should be. */
const good = {
  Table: {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: { SSESpecification: { SSEEnabled: true, SSEType: 'KMS' }, Replicas: [replica] },
  },
  SomeKey01234567: {
    Type: 'AWS::KMS::Key',
    Properties: {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: [{ Effect: 'Allow', Action: 'kms:*', Principal: { AWS: 'arn:aws:iam::000000000000:root' } }],
      },
    },
  },
  Logs: { Type: 'AWS::Logs::LogGroup', Properties: { KmsKeyId: key, RetentionInDays: 7 } },
  Bucket: {
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketEncryption: { ServerSideEncryptionConfiguration: [encryption] },
      PublicAccessBlockConfiguration: closed,
      VersioningConfiguration: { Status: 'Enabled' },
    },
  },
  Topic: { Type: 'AWS::SNS::Topic', Properties: { KmsMasterKeyId: key } },
  Queue: { Type: 'AWS::SQS::Queue', Properties: { KmsMasterKeyId: key } },
  Function: { Type: 'AWS::Lambda::Function', Properties: lambda },
  Policy: { Type: 'AWS::IAM::ManagedPolicy', Properties: policy({}) },
  Api: { Type: 'AWS::ApiGateway::RestApi', Properties: api },
  Stage: { Type: 'AWS::ApiGateway::Stage', Properties: stage },
  Acl: { Type: 'AWS::WAFv2::WebACL', Properties: acl },
  Shield: {
    Type: 'AWS::WAFv2::WebACLAssociation',
    Properties: { ResourceArn: { 'Fn::Join': ['', ['arn:…/stages/', { Ref: 'Stage' }]] } },
  },
};
type Name = keyof typeof good;

function brokenBy(change: object): string[] {
  const synthesized = template.parse({ Resources: { ...good, ...change } });
  return invariants.flatMap(({ name, objectionsTo }) => (objectionsTo(synthesized).length > 0 ? [name] : []));
}

/** The good resource with other properties. */
function changed(name: Name, properties: object) {
  return { [name]: { Type: good[name].Type, Properties: { ...good[name].Properties, ...properties } } };
}

const [
  table,
  plainTable,
  rotation,
  logs,
  bucket,
  topic,
  queue,
  runtime,
  secret,
  wildcard,
  anybody,
  tls,
  log,
  shield,
  sample,
] = invariants.map(({ name }) => name);

describe('the invariants', () => {
  test('hold for resources that are as they should be', () => {
    expect(brokenBy({})).toEqual([]);
  });

  const foreign = { KMSMasterKeyId: 'alias/aws/dynamodb' };
  test.each<[string, string | undefined, object]>([
    [
      'a table under a key of AWS’s',
      table,
      changed('Table', { Replicas: [{ ...replica, SSESpecification: foreign }] }),
    ],
    [
      'a table that cannot be restored',
      table,
      changed('Table', { Replicas: [{ SSESpecification: replica.SSESpecification }] }),
    ],
    ['a table that is not encrypted under KMS', table, changed('Table', { SSESpecification: undefined })],
    ['a table of another type', plainTable, { Other: { Type: 'AWS::DynamoDB::Table', Properties: {} } }],
    ['a key that is never renewed', rotation, changed('SomeKey01234567', { EnableKeyRotation: false })],
    ['a log group in the clear', logs, changed('Logs', { KmsKeyId: undefined })],
    ['a log group that forgets nothing', logs, changed('Logs', { RetentionInDays: undefined })],
    [
      'a bucket that is open',
      bucket,
      changed('Bucket', { PublicAccessBlockConfiguration: { ...closed, BlockPublicAcls: false } }),
    ],
    ['a bucket under a key of S3’s', bucket, changed('Bucket', { BucketEncryption: undefined })],
    ['a bucket that forgets what it overwrites', bucket, changed('Bucket', { VersioningConfiguration: undefined })],
    ['a topic in the clear', topic, changed('Topic', { KmsMasterKeyId: undefined })],
    ['a topic under a key of AWS’s', topic, changed('Topic', { KmsMasterKeyId: 'alias/aws/sns' })],
    ['a queue in the clear', queue, changed('Queue', { KmsMasterKeyId: undefined })],
    ['a function of another runtime', runtime, changed('Function', { Runtime: 'nodejs22.x' })],
    ['a function whose variables are in the clear', runtime, changed('Function', { KmsKeyArn: undefined })],
    ['a function whose log anybody makes', runtime, changed('Function', { LoggingConfig: undefined })],
    ['a secret in a variable', secret, changed('Function', { Environment: { Variables: { OPENAI_API_KEY: 'x' } } })],
    ['a grant of a whole service', wildcard, changed('Policy', policy({ Action: 's3:*' }))],
    ['a grant of a family of actions', wildcard, changed('Policy', policy({ Action: ['s3:GetObject', 's3:Put*'] }))],
    ['a grant to anybody', anybody, changed('Policy', policy({ Principal: '*' }))],
    ['a grant to any account', anybody, changed('Policy', policy({ Principal: { AWS: '*' } }))],
    ['TLS 1.0', tls, changed('Api', { SecurityPolicy: 'TLS_1_0' })],
    ['a host name that is not checked', tls, changed('Api', { EndpointAccessMode: 'BASIC' })],
    ['no access log', log, changed('Stage', { AccessLogSetting: undefined })],
    [
      'a log of what passes through',
      log,
      changed('Stage', { MethodSettings: [{ DataTraceEnabled: true, LoggingLevel: 'INFO' }] }),
    ],
    ['an API without a web ACL', shield, { Shield: { Type: 'AWS::SNS::Subscription', Properties: {} } }],
    ['samples of requests', sample, changed('Acl', { VisibilityConfig: { SampledRequestsEnabled: true } })],
    ['bodies in the web ACL’s log', sample, changed('Acl', { DataProtectionConfig: undefined })],
  ])('find %s', (_what, name, change) => {
    expect(brokenBy(change)).toEqual([name]);
  });

  test('let nobody be denied by mistake: a denial to everybody is no grant', () => {
    expect(brokenBy(changed('Policy', policy({ Effect: 'Deny', Action: 's3:*', Principal: '*' })))).toEqual([]);
  });

  test('let a key that signs be as it is: its material cannot be renewed', () => {
    expect(brokenBy(changed('SomeKey01234567', { EnableKeyRotation: false, KeyUsage: 'SIGN_VERIFY' }))).toEqual([]);
  });
});
