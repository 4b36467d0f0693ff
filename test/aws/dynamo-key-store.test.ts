import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, test } from 'vitest';
import { encodeItem } from '../../lambdas/aws/attribute-values.ts';
import { createDynamoKeyStore } from '../../lambdas/aws/dynamo-key-store.ts';
import { keyKey } from '../../lambdas/aws/item-keys.ts';
import { createJsonClient } from '../../lambdas/aws/json-client.ts';
import { GatewayFault } from '../../lambdas/domain/errors.ts';
import type { KeyRecord } from '../../lambdas/domain/keys/key-record.ts';
import { keysTable, startAwsEngines, testCredentials } from '../support/aws-engines.ts';
import { describeKeyStore } from '../support/key-store-suite.ts';
import { type Reply, replyError, replyJson, type ScriptedAws, startScriptedAws } from '../support/scripted-aws.ts';

describeKeyStore('in memory', async () => {
  const records = new Map<string, KeyRecord>();
  return {
    store: { findKey: async (id) => records.get(id) },
    put: async (record) => void records.set(record.id, record),
    stop: async () => {},
  };
});

describeKeyStore('DynamoDB', async () => {
  const { dynamoSdk, dynamoJson, stop } = await startAwsEngines();
  return {
    store: createDynamoKeyStore({ client: dynamoJson, table: keysTable }),
    async put(record) {
      const Item = { ...keyKey(record.id), ...encodeItem(record) };
      await dynamoSdk.send(new PutItemCommand({ TableName: keysTable, Item }));
    },
    stop,
  };
});

describe('createDynamoKeyStore', () => {
  let server: ScriptedAws | undefined;
  afterEach(() => server?.stop());

  async function storeOver(reply: Reply) {
    server = await startScriptedAws(reply);
    const client = createJsonClient({
      service: 'dynamodb',
      region: 'us-east-1',
      endpoint: server.endpoint,
      credentials: () => testCredentials,
      now: Date.now,
      random: () => 0,
      attemptTimeoutMs: 50,
      totalTimeoutMs: 120,
    });
    return createDynamoKeyStore({ client, table: 'the-table' });
  }

  test('looks a key up by one strongly consistent GetItem', async () => {
    const store = await storeOver(replyJson({}));
    expect(await store.findKey('PublicId0001')).toBeUndefined();
    expect(server?.calls.map(({ operation, body }) => ({ operation, body }))).toEqual([
      {
        operation: 'DynamoDB_20120810.GetItem',
        body: {
          TableName: 'the-table',
          Key: { pk: { S: 'KEY#PublicId0001' }, sk: { S: 'KEY' } },
          ConsistentRead: true,
        },
      },
    ]);
  });

  test.each([
    ['throttled', replyError('ThrottlingException')],
    ['denied', replyError('AccessDeniedException')],
    ['without its table', replyError('ResourceNotFoundException')],
    ['silent', () => {}],
    ['hanging up', (response) => response.destroy()],
    ['talking garbage', replyJson('[')],
    ['answering with a list', replyJson([])],
    ['giving an item without members', replyJson({ Item: {} })],
    ['giving an item that is no item', replyJson({ Item: { id: 'x' } })],
    ['giving an item of a newer schema', replyJson({ Item: encodeItem({ schemaVersion: 2 }) })],
    ['giving a value of two types', replyJson({ Item: { id: { S: 'x', N: '1' } } })],
    ['giving a value of no type', replyJson({ Item: { id: {} } })],
  ] satisfies readonly [string, Reply][])('a store that is %s is a 503, never a wrong key', async (_name, reply) => {
    const store = await storeOver(reply);
    const error: unknown = await store.findKey('PublicId0001').catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(GatewayFault);
    expect(error).toMatchObject({ code: 'service_unavailable' });
  });
});
