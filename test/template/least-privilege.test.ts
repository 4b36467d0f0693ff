import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { resourcesOf, walk } from '../../scripts/verify/template.ts';
import { stageTemplates } from '../support/synthesize.ts';

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
const policy = z.object({ PolicyDocument: policyDocument, Roles: z.tuple([z.object({ Ref: z.string() })]) });
/** Strict: it has neither inline nor AWS's policies. */
const role = z.strictObject({ AssumeRolePolicyDocument: policyDocument, Tags: z.unknown() });
const lambdaFunction = z.object({ Role: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }) });
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

describe.each(stageTemplates)('in stage $stage.name', ({ template }) => {
  const policies = resourcesOf(template, 'AWS::IAM::ManagedPolicy', policy);
  const statements = policies.flatMap(({ properties }) => properties.PolicyDocument.Statement);

  test('every function has a role of its own, and every role one policy, which no other has', () => {
    const roles = resourcesOf(template, 'AWS::IAM::Role', role).map(({ id }) => id);
    const functions = resourcesOf(template, 'AWS::Lambda::Function', lambdaFunction);
    expect(functions.map(({ properties }) => properties.Role['Fn::GetAtt'][0]).sort()).toEqual([...roles].sort());
    expect(policies.map(({ properties }) => properties.Roles[0].Ref).sort()).toEqual([...roles].sort());
    expect(resourcesOf(template, 'AWS::IAM::Policy', z.unknown())).toEqual([]);
  });

  test('a role is assumed by Lambda alone', () => {
    for (const { properties } of resourcesOf(template, 'AWS::IAM::Role', role)) {
      expect(properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Effect: 'Allow', Action: ['sts:AssumeRole'], Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
    }
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

  test('a function is invoked by this API alone, and the sweeper and the fold by their schedules alone', () => {
    const permissions = resourcesOf(template, 'AWS::Lambda::Permission', permission);
    const byApi = permissions.filter(({ properties }) => properties.Principal === 'apigateway.amazonaws.com');
    const others = permissions.filter((one) => !byApi.includes(one)).map(({ properties }) => properties);
    const bySchedule = (rule: RegExp, fn: RegExp) => ({
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [expect.stringMatching(rule), 'Arn'] },
      FunctionName: { 'Fn::GetAtt': [expect.stringMatching(fn), 'Arn'] },
    });
    expect(others).toHaveLength(2);
    expect(others).toEqual(
      expect.arrayContaining([
        bySchedule(/^LeaseSweeperEachMinute/, /^SweeperFunction/),
        bySchedule(/^UsageFolderEachQuarterHour/, /^FolderFunction/),
      ]),
    );
    expect(byApi).toHaveLength(3);
    for (const { properties } of byApi) {
      expect(properties.Action).toBe('lambda:InvokeFunction');
      expect(JSON.stringify(properties.FunctionName)).not.toMatch(/Sweeper|Folder/);
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
