import { rm } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { readStackAssembly } from '../../../local/template/cloud-assembly.ts';
import { readStackModel } from '../../../local/template/stack-model.ts';
import { type FixtureStack, getAtt, ref, writeFixtureAssembly } from '../../support/fixture-assembly.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function modelOf(stack: FixtureStack) {
  const folder = await writeFixtureAssembly(stack);
  folders.push(folder);
  return readStackModel(await readStackAssembly(folder));
}

const nothing = { source: '' };
const base: FixtureStack = {
  functions: { Fn: { ...nothing, timeoutSeconds: 30, memoryMb: 256, variables: { TABLE: ref('Keys') } } },
  routes: [{ segment: 'v1', functionId: 'Fn', timeoutMs: 900_000 }],
  resources: {
    Keys: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: {
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
          { AttributeName: 'due', AttributeType: 'N' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byDue',
            KeySchema: [{ AttributeName: 'due', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['owner'] },
          },
        ],
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      },
    },
    Key: { Type: 'AWS::KMS::Key', Properties: {} },
    Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/envelope', TargetKeyId: getAtt('Key', 'Arn') } },
  },
};

describe('the model of a stack', () => {
  test('a route names its resource, its function, its transfer mode and its time', async () => {
    const { api } = await modelOf(base);
    expect(api.routes).toEqual([
      {
        resourcePath: '/v1/{proxy+}',
        method: 'ANY',
        authorization: 'NONE',
        functionName: 'fixture-Fn',
        transferMode: 'STREAM',
        timeoutMs: 900_000,
      },
    ]);
    expect(api.binaryMediaTypes).toEqual(['*/*']);
    expect(api.accessLog?.logGroupName).toBe('fixture-AccessLog');
  });

  test('a function has its bundle, its limits and its variables, resolved', async () => {
    const { functions } = await modelOf(base);
    expect(functions).toMatchObject([
      {
        name: 'fixture-Fn',
        arn: 'arn:aws:lambda:us-east-1:000000000000:function:fixture-Fn',
        codeDir: expect.stringMatching(/asset\.Fn$/),
        handler: 'index.handler',
        timeoutMs: 30_000,
        memoryMb: 256,
        environment: { TABLE: 'fixture-Keys' },
        logGroupName: '/aws/lambda/fixture-Fn',
      },
    ]);
  });

  test('a table has its keys, indexes, time to live and stream', async () => {
    const { tables } = await modelOf(base);
    expect(tables).toEqual([
      {
        logicalId: 'Keys',
        name: 'fixture-Keys',
        keySchema: [
          { name: 'pk', type: 'HASH' },
          { name: 'sk', type: 'RANGE' },
        ],
        attributes: [
          { name: 'pk', type: 'S' },
          { name: 'sk', type: 'S' },
          { name: 'due', type: 'N' },
        ],
        indexes: [
          {
            name: 'byDue',
            keySchema: [{ name: 'due', type: 'HASH' }],
            projection: { type: 'INCLUDE', attributes: ['owner'] },
          },
        ],
        timeToLiveAttribute: 'expires',
        stream: 'NEW_IMAGE',
      },
    ]);
  });

  test('a key keeps its id from one synthesis to the next, and knows its aliases', async () => {
    const [first, second] = [await modelOf(base), await modelOf(base)];
    expect(first.keys).toEqual(second.keys);
    expect(first.keys).toMatchObject([{ aliases: ['alias/envelope'], spec: 'SYMMETRIC_DEFAULT' }]);
    expect(first.keys[0]?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('a bucket has its name in lower case, and what locks its objects', async () => {
    const bucket = (properties: object) => ({
      Type: 'AWS::S3::Bucket',
      Properties: { VersioningConfiguration: { Status: 'Enabled' }, ...properties },
    });
    const retention = { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 365 } } };
    const { buckets, functions } = await modelOf({
      ...base,
      functions: { Fn: { ...nothing, variables: { BUCKET: ref('Archive'), ARN: getAtt('Archive', 'Arn') } } },
      resources: {
        ...base.resources,
        Archive: bucket({ ObjectLockEnabled: true, ObjectLockConfiguration: retention }),
        Open: bucket({ ObjectLockEnabled: true }),
        Plain: bucket({}),
      },
    });
    expect(buckets).toEqual([
      { name: 'fixture-archive', objectLock: { defaultRetention: { mode: 'COMPLIANCE', days: 365 } } },
      { name: 'fixture-open', objectLock: { defaultRetention: undefined } },
      { name: 'fixture-plain', objectLock: undefined },
    ]);
    expect(functions[0]?.environment).toEqual({ BUCKET: 'fixture-archive', ARN: 'arn:aws:s3:::fixture-archive' });
    const unversioned = { ...base.resources, Plain: { Type: 'AWS::S3::Bucket', Properties: {} } };
    await expect(modelOf({ ...base, resources: unversioned })).rejects.toThrow(/Plain/);
  });

  test('schedules and stream mappings are read, the disabled ones are not', async () => {
    const schedule = (State: string) => ({
      Type: 'AWS::Scheduler::Schedule',
      Properties: { ScheduleExpression: 'rate(1 hour)', State, Target: { Arn: getAtt('Fn', 'Arn'), Input: '{"a":1}' } },
    });
    const { schedules, streamMappings } = await modelOf({
      ...base,
      resources: {
        ...base.resources,
        On: schedule('ENABLED'),
        Off: schedule('DISABLED'),
        Rule: {
          Type: 'AWS::Events::Rule',
          Properties: { ScheduleExpression: 'cron(0 3 * * ? *)', Targets: [{ Arn: getAtt('Fn', 'Arn') }] },
        },
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: {
            EventSourceArn: getAtt('Keys', 'StreamArn'),
            FunctionName: ref('Fn'),
            BatchSize: 10,
            FunctionResponseTypes: ['ReportBatchItemFailures'],
          },
        },
      },
    });
    expect(schedules).toMatchObject([
      { expression: 'cron(0 3 * * ? *)', functionName: 'fixture-Fn', input: undefined, source: 'aws.events' },
      { expression: 'rate(1 hour)', functionName: 'fixture-Fn', input: '{"a":1}', source: 'aws.scheduler' },
    ]);
    expect(streamMappings).toMatchObject([
      {
        id: 'Mapping',
        tableName: 'fixture-Keys',
        functionName: 'fixture-Fn',
        batchSize: 10,
        reportsItemFailures: true,
      },
    ]);
  });

  test('a function that only the deployment uses is left out, and so are its unresolvable properties', async () => {
    const { functions } = await modelOf({
      ...base,
      resources: {
        ...base.resources,
        Custom: {
          Type: 'AWS::Lambda::Function',
          Properties: { Code: {}, Environment: { Variables: { X: getAtt('Elsewhere', 'Arn') } } },
        },
      },
    });
    expect(functions.map(({ name }) => name)).toEqual(['fixture-Fn']);
  });
});

describe('what cannot run locally is refused by name', () => {
  const withFunction = (variables: Record<string, unknown>) =>
    modelOf({ ...base, functions: { Fn: { ...nothing, variables } } });

  test('a variable that names a resource without a local counterpart', async () => {
    await expect(withFunction({ QUEUE: getAtt('Queue', 'Arn') })).rejects.toThrow(
      /Queue.*Resources\.Fn\.Properties\.Environment\.Variables\.QUEUE/,
    );
  });

  test('an integration that is not a Lambda proxy', async () => {
    const mock = {
      Type: 'AWS::ApiGateway::Method',
      Properties: { HttpMethod: 'GET', ResourceId: ref('Path0'), Integration: { Type: 'MOCK', Uri: '' } },
    };
    await expect(modelOf({ ...base, resources: { ...base.resources, Mock: mock } })).rejects.toThrow(
      /Mock[\s\S]*only Lambda proxy integrations/,
    );
  });

  test('a route to a function that the stack does not define', async () => {
    await expect(modelOf({ functions: {}, routes: base.routes })).rejects.toThrow(/Fn/);
  });

  test('an assembly of no stack', async () => {
    const folder = await writeFixtureAssembly(base);
    folders.push(folder);
    await rm(`${folder}/manifest.json`);
    await expect(readStackAssembly(folder)).rejects.toThrow(/manifest\.json/);
  });
});
