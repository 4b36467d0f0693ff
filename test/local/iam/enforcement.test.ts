import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DecryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  ReEncryptCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startDynamoDb } from '../../../local/dynamodb/start.ts';
import { createAuthorizers } from '../../../local/iam/authorizers.ts';
import { type Access, accessKeyIdOf } from '../../../local/iam/gatekeeper.ts';
import { startKms } from '../../../local/kms/start.ts';
import type { PolicyStatement } from '../../../local/template/permission-model.ts';

const tableArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/Items';
const keyArn = 'arn:aws:kms:us-east-1:000000000000:key/11111111-1111-4111-8111-111111111111';
const tableKeyArn = 'arn:aws:kms:us-east-1:000000000000:key/22222222-2222-4222-8222-222222222222';
const keyDefinition = (arn: string) => ({
  id: arn.slice(-36),
  arn,
  aliases: [],
  spec: 'SYMMETRIC_DEFAULT' as const,
  usage: 'ENCRYPT_DECRYPT' as const,
});

const allow = (Action: string[], Resource: string, Condition: PolicyStatement['Condition'] = {}): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  Resource: [Resource],
  Condition,
});
const partitions = {
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['A#*'] },
  Null: { 'dynamodb:LeadingKeys': ['false'] },
};
const inTransaction = { 'ForAnyValue:StringEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] } };
const decryption = allow(['kms:Decrypt'], tableKeyArn, {
  StringEquals: {
    'kms:ViaService': ['dynamodb.us-east-1.amazonaws.com'],
    'kms:EncryptionContext:aws:dynamodb:tableName': ['Items'],
  },
});
const credential = { StringEquals: { 'kms:EncryptionContext:purpose': ['credential'] } };

const permissions = [
  {
    functionName: 'reader',
    roleArn: 'arn:aws:iam::000000000000:role/reader',
    statements: [
      allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'], tableArn, partitions),
      allow(['dynamodb:Query'], `${tableArn}/index/byOther`, partitions),
      allow(['dynamodb:PutItem', 'dynamodb:ConditionCheckItem'], tableArn, { ...partitions, ...inTransaction }),
      decryption,
      allow(['kms:Decrypt'], keyArn, credential),
    ],
  },
  {
    functionName: 'keyless',
    roleArn: 'arn:aws:iam::000000000000:role/keyless',
    statements: [allow(['dynamodb:*'], tableArn), allow(['kms:GenerateDataKey'], keyArn)],
  },
  ...[
    { functionName: 'taker', actions: ['kms:ReEncryptFrom'] },
    { functionName: 'mover', actions: ['kms:ReEncryptFrom', 'kms:ReEncryptTo'] },
  ].map(({ functionName, actions }) => ({
    functionName,
    roleArn: `arn:aws:iam::000000000000:role/${functionName}`,
    statements: [allow(actions, keyArn, credential)],
  })),
];

let folder: string;
let accesses: Access[] = [];
let denials: Access[] = [];
const stops: (() => Promise<void>)[] = [];
let endpoints = { dynamodb: '', kms: '' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcullis-iam-'));
  const keys = [keyArn, tableKeyArn].map(keyDefinition);
  const indexKeys = { byOther: 'other' };
  const table = { name: 'Items', arn: tableArn, partitionKey: 'pk', indexKeys, keyArn: tableKeyArn };
  const authorize = createAuthorizers(
    { permissions, tableAccess: [table], keys },
    {
      onAccess: (access) => accesses.push(access),
      onDenial: (denied) => denials.push(denied),
    },
  );
  const definition = {
    name: 'Items',
    keySchema: [{ name: 'pk', type: 'HASH' as const }],
    attributes: [
      { name: 'pk', type: 'S' as const },
      { name: 'other', type: 'S' as const },
    ],
    indexes: [
      { name: 'byOther', keySchema: [{ name: 'other', type: 'HASH' as const }], projection: { type: 'ALL' as const } },
    ],
  };
  const dynamodb = await startDynamoDb({ dataDir: folder, tables: [definition], authorize: authorize.dynamodb });
  const kms = await startKms({ dataDir: folder, keys, authorize: authorize.kms });
  stops.push(
    () => dynamodb.stop(),
    () => kms.stop(),
  );
  endpoints = { dynamodb: dynamodb.endpoint, kms: kms.endpoint };
});
afterEach(() => {
  accesses = [];
  denials = [];
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await rm(folder, { recursive: true });
});

const clientOf = (caller: string) => ({
  region: 'us-east-1',
  credentials: { accessKeyId: caller === 'developer' ? 'TEST' : accessKeyIdOf(caller), secretAccessKey: 'x' },
  maxAttempts: 1,
});
const dynamodbOf = (caller: string) => new DynamoDBClient({ ...clientOf(caller), endpoint: endpoints.dynamodb });
const kmsOf = (caller: string) => new KMSClient({ ...clientOf(caller), endpoint: endpoints.kms });
const reader = () => dynamodbOf('reader');

const TableName = 'Items';
const key = (pk: string) => ({ pk: { S: pk } });
const put = (pk: string) => ({ Put: { TableName, Item: key(pk) } });
const query = (pk: string, more: object = {}) =>
  new QueryCommand({
    TableName,
    KeyConditionExpression: '#p = :p',
    ExpressionAttributeNames: { '#p': 'pk' },
    ExpressionAttributeValues: { ':p': { S: pk } },
    ...more,
  });

const denied = (action: string) =>
  expect.objectContaining({
    name: 'AccessDeniedException',
    message: expect.stringContaining(`is not authorized to perform: ${action} on resource: `),
  });

describe('a function does with items what its role allows', () => {
  test.each([
    ['one item', () => reader().send(new GetItemCommand({ TableName, Key: key('A#1') }))],
    [
      'several',
      () => reader().send(new BatchGetItemCommand({ RequestItems: { Items: { Keys: [key('A#1'), key('A#2')] } } })),
    ],
    ['a partition', () => reader().send(query('A#1'))],
    [
      'a partition of an index',
      () => reader().send(query('A#1', { IndexName: 'byOther', ExpressionAttributeNames: { '#p': 'other' } })),
    ],
    [
      'a put in a transaction',
      () => reader().send(new TransactWriteItemsCommand({ TransactItems: [put('A#1'), put('A#2')] })),
    ],
  ])('%s', async (_what, call) => {
    await expect(call()).resolves.toBeDefined();
  });

  test.each<[string, string, () => Promise<unknown>]>([
    ['dynamodb:GetItem', 'another partition', () => reader().send(new GetItemCommand({ TableName, Key: key('B#1') }))],
    [
      'dynamodb:BatchGetItem',
      'one of several in another partition',
      () => reader().send(new BatchGetItemCommand({ RequestItems: { Items: { Keys: [key('A#1'), key('B#2')] } } })),
    ],
    ['dynamodb:Query', 'another partition', () => reader().send(query('B#1'))],
    ['dynamodb:Scan', 'the whole table', () => reader().send(new ScanCommand({ TableName }))],
    ['dynamodb:Scan', 'a whole index', () => reader().send(new ScanCommand({ TableName, IndexName: 'byOther' }))],
    ['dynamodb:PutItem', 'a put by itself', () => reader().send(new PutItemCommand({ TableName, Item: key('A#1') }))],
    [
      'dynamodb:PutItem',
      'a put in a transaction, in another partition',
      () => reader().send(new TransactWriteItemsCommand({ TransactItems: [put('A#1'), put('B#1')] })),
    ],
    [
      'dynamodb:DeleteItem',
      'a deletion in a transaction',
      () =>
        reader().send(new TransactWriteItemsCommand({ TransactItems: [{ Delete: { TableName, Key: key('A#1') } }] })),
    ],
    [
      'dynamodb:BatchWriteItem',
      'a batch',
      () =>
        reader().send(new BatchWriteItemCommand({ RequestItems: { Items: [{ DeleteRequest: { Key: key('A#1') } }] } })),
    ],
    [
      'dynamodb:UpdateItem',
      'an update',
      () => reader().send(new UpdateItemCommand({ TableName, Key: key('A#1'), UpdateExpression: 'SET x = pk' })),
    ],
  ])('and not %s: %s', async (action, _what, call) => {
    await expect(call()).rejects.toEqual(denied(action));
    expect(accesses).toEqual([]);
    expect(denials).toEqual([expect.objectContaining({ functionName: 'reader', action })]);
  });

  test('also in a transaction that reads', async () => {
    const get = (pk: string) =>
      reader().send(new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName, Key: key(pk) } }] }));
    await expect(get('A#1')).resolves.toBeDefined();
    await expect(get('B#1')).rejects.toEqual(denied('dynamodb:GetItem'));
  });

  test('and needs the key of the table as well', async () => {
    const get = new GetItemCommand({ TableName, Key: key('A#1') });
    await expect(dynamodbOf('keyless').send(get)).rejects.toEqual(denied('kms:Decrypt'));
  });
});

describe('a function does with keys what its role allows', () => {
  const EncryptionContext = { purpose: 'credential' };
  const dataKey = () =>
    kmsOf('developer').send(new GenerateDataKeyCommand({ KeyId: keyArn, KeySpec: 'AES_256', EncryptionContext }));

  test('for the purpose that it says', async () => {
    const { CiphertextBlob } = await dataKey();
    const decrypt = (context: Record<string, string>) =>
      kmsOf('reader').send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context }));
    await expect(decrypt(EncryptionContext)).resolves.toMatchObject({ KeyId: keyArn });
    await expect(decrypt({ purpose: 'another' })).rejects.toEqual(denied('kms:Decrypt'));
    await expect(decrypt({})).rejects.toEqual(denied('kms:Decrypt'));
  });

  test('and puts under another key what it may take out of the one and into the other', async () => {
    const { CiphertextBlob } = await dataKey();
    const moveAs = (name: string) =>
      kmsOf(name).send(
        new ReEncryptCommand({
          CiphertextBlob,
          SourceEncryptionContext: EncryptionContext,
          DestinationKeyId: keyArn,
          DestinationEncryptionContext: EncryptionContext,
        }),
      );
    await expect(moveAs('reader')).rejects.toEqual(denied('kms:ReEncryptFrom'));
    await expect(moveAs('taker')).rejects.toEqual(denied('kms:ReEncryptTo'));
    await expect(moveAs('mover')).resolves.toMatchObject({ KeyId: keyArn });
  });

  test('and nothing else', async () => {
    const seal = new GenerateDataKeyCommand({ KeyId: keyArn, KeySpec: 'AES_256', EncryptionContext });
    await expect(kmsOf('reader').send(seal)).rejects.toEqual(denied('kms:GenerateDataKey'));
    await expect(kmsOf('keyless').send(seal)).resolves.toBeDefined();
    const end = new ScheduleKeyDeletionCommand({ KeyId: keyArn });
    await expect(kmsOf('reader').send(end)).rejects.toThrow();
  });
});

test('what was allowed and done is told, with its context', async () => {
  await reader().send(new TransactWriteItemsCommand({ TransactItems: [put('A#9')] }));
  expect(accesses).toEqual([
    {
      functionName: 'reader',
      action: 'dynamodb:PutItem',
      resource: tableArn,
      context: { 'dynamodb:LeadingKeys': ['A#9'], 'dynamodb:EnclosingOperation': 'TransactWriteItems' },
    },
    {
      functionName: 'reader',
      action: 'kms:Decrypt',
      resource: tableKeyArn,
      context: {
        'kms:ViaService': 'dynamodb.us-east-1.amazonaws.com',
        'kms:EncryptionContext:aws:dynamodb:tableName': 'Items',
      },
    },
  ]);
});

test('whoever is no function of the stack is its developer, and may do anything', async () => {
  await expect(dynamodbOf('developer').send(new ScanCommand({ TableName }))).resolves.toBeDefined();
  expect(accesses).toEqual([]);
});
