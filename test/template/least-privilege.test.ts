import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { resourcesOf, stageTemplates, type Template, walk } from '../support/synthesize.ts';

const oneOrMany = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([z.array(schema), schema.transform((one) => [one])]);

/** Strict: NotAction, NotResource and NotPrincipal are not what a grant is made of. */
const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.literal('Allow'),
  Action: oneOrMany(z.string()),
  Resource: oneOrMany(z.unknown()).optional(),
  Principal: z.unknown().optional(),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});
const policyDocument = z.object({ Statement: z.array(statement) });
const policy = z.object({ PolicyDocument: policyDocument, Roles: z.array(z.object({ Ref: z.string() })) });
const role = z.strictObject({
  AssumeRolePolicyDocument: policyDocument,
  Tags: z.unknown(),
});
const key = z.object({ KeyPolicy: policyDocument });
const permission = z.object({
  Action: z.string(),
  Principal: z.string(),
  SourceArn: z.unknown(),
  FunctionName: z.unknown(),
});

/** `ProxyRole46D67FAB` -> `ProxyRole`. */
function nameOf(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

function describeResource(resource: unknown): string {
  const arn = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }).safeParse(resource);
  return arn.success ? nameOf(arn.data['Fn::GetAtt'][0]) : JSON.stringify(resource);
}

/** What a role may do: `action on resource`, with the name of the table or the purpose that a condition pins down. */
function grantsOf(template: Template, roleName: string): string[] {
  return resourcesOf(template, 'AWS::IAM::Policy', policy)
    .filter(({ properties }) => properties.Roles.some(({ Ref }) => nameOf(Ref) === roleName))
    .flatMap(({ properties }) => properties.PolicyDocument.Statement)
    .flatMap(({ Action, Resource = [], Condition }) =>
      Action.flatMap((action) =>
        Resource.map((resource) => `${action} on ${describeResource(resource)}${describeCondition(Condition)}`),
      ),
    )
    .sort();
}

function describeCondition(condition: z.infer<typeof statement>['Condition']): string {
  const equals = condition?.['StringEquals'];
  if (equals === undefined) return '';
  const table = z.object({ Ref: z.string() }).safeParse(equals['kms:EncryptionContext:aws:dynamodb:tableName']);
  return table.success ? ` for ${nameOf(table.data.Ref)}` : ` for ${equals['kms:EncryptionContext:purpose']}`;
}

const tracing = ['xray:PutTelemetryRecords on "*"', 'xray:PutTraceSegments on "*"'];

describe.each(stageTemplates)('in stage $stage.name', ({ template }) => {
  const policies = resourcesOf(template, 'AWS::IAM::Policy', policy);
  const statements = policies.flatMap(({ properties }) => properties.PolicyDocument.Statement);

  test('the data plane reads policies, counts what is spent and opens a credential, and can do nothing else', () => {
    expect(grantsOf(template, 'ProxyRole')).toEqual([
      'dynamodb:GetItem on KeysTable',
      'dynamodb:GetItem on LedgerTable',
      'dynamodb:GetItem on UsageTable',
      'dynamodb:PutItem on UsageTable',
      'dynamodb:UpdateItem on LedgerTable',
      'kms:Decrypt on EnvelopeKey for provider-credential',
      'kms:Decrypt on TablesKey for KeysTable',
      'kms:Decrypt on TablesKey for LedgerTable',
      'kms:Decrypt on TablesKey for UsageTable',
      'logs:CreateLogStream on ProxyLogs',
      'logs:PutLogEvents on ProxyLogs',
      ...tracing,
    ]);
  });

  test('the operator routes seal a credential but cannot open one, and delete nothing', () => {
    expect(grantsOf(template, 'AdminRole')).toEqual([
      'dynamodb:GetItem on AuditTable',
      'dynamodb:PutItem on AuditTable',
      'dynamodb:PutItem on KeysTable',
      'dynamodb:UpdateItem on LedgerTable',
      'kms:Decrypt on TablesKey for AuditTable',
      'kms:Decrypt on TablesKey for KeysTable',
      'kms:Decrypt on TablesKey for LedgerTable',
      'kms:GenerateDataKey on EnvelopeKey for provider-credential',
      'logs:CreateLogStream on AdminLogs',
      'logs:PutLogEvents on AdminLogs',
      ...tracing,
    ]);
  });

  test('the management plane changes keys and their counters, and neither deletes nor opens anything', () => {
    expect(grantsOf(template, 'ManagementRole')).toEqual([
      'dynamodb:BatchGetItem on KeysTable',
      'dynamodb:BatchGetItem on LedgerTable',
      'dynamodb:ConditionCheckItem on KeysTable',
      'dynamodb:GetItem on AuditTable',
      'dynamodb:GetItem on KeysTable',
      'dynamodb:PutItem on AuditTable',
      'dynamodb:PutItem on KeysTable',
      'dynamodb:Query on KeysTable',
      'dynamodb:UpdateItem on LedgerTable',
      'kms:Decrypt on TablesKey for AuditTable',
      'kms:Decrypt on TablesKey for KeysTable',
      'kms:Decrypt on TablesKey for LedgerTable',
      'logs:CreateLogStream on ManagementLogs',
      'logs:PutLogEvents on ManagementLogs',
      ...tracing,
    ]);
  });

  test('the sweeper settles what it finds in the index of leases, and reads no policy', () => {
    expect(grantsOf(template, 'SweeperRole')).toEqual([
      'dynamodb:GetItem on LedgerTable',
      'dynamodb:GetItem on UsageTable',
      'dynamodb:PutItem on UsageTable',
      expect.stringMatching(
        /^dynamodb:Query on \{"Fn::Join".*"LedgerTable[0-9A-F]{8}","Arn"\]\},"\/index\/leases"\]\]\}$/,
      ),
      'dynamodb:UpdateItem on LedgerTable',
      'kms:Decrypt on TablesKey for LedgerTable',
      'kms:Decrypt on TablesKey for UsageTable',
      'logs:CreateLogStream on SweeperLogs',
      'logs:PutLogEvents on SweeperLogs',
      ...tracing,
    ]);
  });

  test('no policy belongs to anyone but those four', () => {
    const roles = new Set(policies.flatMap(({ properties }) => properties.Roles.map(({ Ref }) => nameOf(Ref))));
    expect([...roles].sort()).toEqual(['AdminRole', 'ManagementRole', 'ProxyRole', 'SweeperRole']);
  });

  test('no statement names an action by a wildcard', () => {
    expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  });

  test('nothing is granted on every resource but writing traces, which takes none', () => {
    const onAll = statements.filter(({ Resource = [] }) => [...walk(Resource)].includes('*'));
    expect(new Set(onAll.flatMap(({ Action }) => Action))).toEqual(
      new Set(['xray:PutTraceSegments', 'xray:PutTelemetryRecords']),
    );
  });

  test('a table key is used through DynamoDB alone, for the table at hand', () => {
    const uses = statements.filter(({ Resource = [] }) => Resource.map(describeResource).includes('TablesKey'));
    expect(uses.length).toBeGreaterThan(0);
    for (const { Condition } of uses) {
      expect(Condition).toEqual({
        StringEquals: {
          'kms:ViaService': { 'Fn::Join': ['', ['dynamodb.', { Ref: 'AWS::Region' }, '.amazonaws.com']] },
          'kms:EncryptionContext:aws:dynamodb:tableName': { Ref: expect.any(String) },
        },
      });
    }
  });

  test('the envelope key is used for a credential whose tenant and record are named', () => {
    const uses = statements.filter(({ Resource = [] }) => Resource.map(describeResource).includes('EnvelopeKey'));
    expect(uses).toHaveLength(2);
    for (const { Condition } of uses) {
      expect(Condition).toEqual({
        StringEquals: { 'kms:EncryptionContext:purpose': 'provider-credential' },
        Null: { 'kms:EncryptionContext:tenant': 'false', 'kms:EncryptionContext:record': 'false' },
      });
    }
  });

  test('a role is assumed by Lambda alone, and has no managed or inline policy besides', () => {
    const roles = resourcesOf(template, 'AWS::IAM::Role', role);
    expect(roles).toHaveLength(4);
    for (const { properties } of roles) {
      expect(properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Effect: 'Allow', Action: ['sts:AssumeRole'], Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
    }
  });

  test('a function is invoked by this API alone, and the sweeper by its schedule alone', () => {
    const permissions = resourcesOf(template, 'AWS::Lambda::Permission', permission);
    const byApi = permissions.filter(({ properties }) => properties.Principal === 'apigateway.amazonaws.com');
    const others = permissions.filter((one) => !byApi.includes(one)).map(({ properties }) => properties);
    expect(others).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': [expect.stringMatching(/^LeaseSweeperEachMinute/), 'Arn'] },
        FunctionName: { 'Fn::GetAtt': [expect.stringMatching(/^SweeperFunction/), 'Arn'] },
      },
    ]);
    expect(byApi).toHaveLength(3);
    for (const { properties } of byApi) {
      expect(properties.Action).toBe('lambda:InvokeFunction');
      expect(JSON.stringify(properties.FunctionName)).not.toContain('Sweeper');
      const refs = [...walk(properties.SourceArn)].filter(
        (node) => z.object({ Ref: z.string() }).safeParse(node).success,
      );
      expect(refs).toContainEqual({ Ref: expect.stringMatching(/^ApiRest/) });
    }
  });

  test('a key obeys its account, and but for the log service and the alarms nobody else', () => {
    const keys = resourcesOf(template, 'AWS::KMS::Key', key);
    expect(keys.map(({ id }) => nameOf(id)).sort()).toEqual(['EnvelopeKey', 'OperationsKey', 'TablesKey']);
    for (const { id, properties } of keys) {
      const [root, ...others] = properties.KeyPolicy.Statement;
      // In a key's own policy "*" is that key. Without this statement no IAM policy counts, and nobody can administer it.
      expect(root).toMatchObject({ Action: ['kms:*'], Resource: ['*'], Principal: { AWS: expect.anything() } });
      expect(JSON.stringify(root?.Principal)).toContain('"AWS::AccountId"},":root"');
      const services = nameOf(id) === 'OperationsKey' ? ['LogGroupsOfThisAccount', 'AlarmsOfThisAccount'] : [];
      expect(others.map(({ Sid }) => Sid)).toEqual(services);
      for (const { Sid, Action, Condition } of others) {
        expect(Action.filter((action) => action.includes('*'))).toEqual([]);
        const ofThisAccount =
          Sid === 'AlarmsOfThisAccount'
            ? /^{"StringEquals":{"aws:SourceAccount":{"Ref":"AWS::AccountId"}}}$/
            : /"ArnLike":.*kms:EncryptionContext:aws:logs:arn.*"AWS::AccountId"/;
        expect(JSON.stringify(Condition)).toMatch(ofThisAccount);
      }
    }
  });
});
