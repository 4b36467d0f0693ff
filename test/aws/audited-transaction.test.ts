import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { decodeItem, encodeItem } from '../../lambdas/aws/attribute-values.ts';
import { createAuditedTransaction } from '../../lambdas/aws/audited-transaction.ts';
import { createDynamoAccountStore } from '../../lambdas/aws/dynamo-account-store.ts';
import {
  accountEntryKey,
  accountKey,
  auditHeadKey,
  type ItemKey,
  keyEntryKey,
  keyKey,
  scopeKey,
} from '../../lambdas/aws/item-keys.ts';
import { canonicalDigest } from '../../lambdas/crypto/canonical-digest.ts';
import { accountRecord } from '../../lambdas/domain/accounts/account-record.ts';
import type { NewAccount } from '../../lambdas/domain/accounts/account-store.ts';
import { chainEvents, verifyChain } from '../../lambdas/domain/audit/audit-chain.ts';
import type { AuditEntry } from '../../lambdas/domain/audit/audit-event.ts';
import { GatewayFault } from '../../lambdas/domain/errors.ts';
import type { Fault } from '../../local/dynamodb/faults.ts';
import {
  type AwsEngines,
  auditTable,
  keysTable,
  ledgerTable,
  startAwsEngines,
  testCredentials,
} from '../support/aws-engines.ts';
import { keyRecord } from '../support/memory-ports.ts';
import { type Reply, replyError, replyJson, type ScriptedAws, startScriptedAws } from '../support/scripted-aws.ts';

let counter = 0;

function entryFor(tenant: string): AuditEntry {
  counter += 1;
  return {
    schemaVersion: 1,
    id: `audit_${counter}`,
    type: 'admin.provider_credential.stored',
    effective_at: 1_800_000_000,
    actor: { type: 'iam', iam: { arn: 'arn', ip_address: '127.0.0.1' } },
    request_id: `r-${counter}`,
    tenant,
    'admin.provider_credential.stored': { provider: 'openai', last4: 'wxyz' },
  };
}

function accountCreation(id: string, keyId: string): NewAccount {
  const details = { id, data: { plan: 'free' } };
  return {
    account: {
      schemaVersion: 1,
      id,
      name: 'Search ☃',
      plan: 'free',
      status: 'active',
      createdAt: 1_800_000_000,
      policyVersion: 1,
    },
    masterKey: { ...keyRecord, id: keyId, accountId: id },
    entries: [{ ...entryFor(id), type: 'account.created', 'account.created': details }, entryFor(id)],
  };
}

describe('createAuditedTransaction', () => {
  let engines: AwsEngines;
  /** What the store does to the next transactions. */
  let faults: Fault[] = [];
  beforeAll(async () => {
    engines = await startAwsEngines({
      faults: (operation) => (operation === 'TransactWriteItems' ? faults.shift() : undefined),
    });
  });
  afterAll(() => engines.stop());
  beforeEach(() => {
    faults = [];
  });

  const commitWith = (client = engines.dynamoSdk) =>
    createAuditedTransaction({ client, table: auditTable, digest: canonicalDigest, random: Math.random });

  async function readItem(table: string, key: ItemKey): Promise<Record<string, unknown> | undefined> {
    const { Item } = await engines.dynamoSdk.send(new GetItemCommand({ TableName: table, Key: key }));
    return Item === undefined ? undefined : decodeItem(Item);
  }

  /** The events as they lie in the table, in its order. */
  async function readEvents(partition: string): Promise<Record<string, unknown>[]> {
    const { Items = [] } = await engines.dynamoSdk.send(
      new QueryCommand({
        TableName: auditTable,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :event)',
        ExpressionAttributeValues: { ':pk': { S: partition }, ':event': { S: 'EVENT#' } },
      }),
    );
    return Items.map((item) => {
      const { pk: _pk, sk: _sk, ...event } = decodeItem(item);
      return event;
    });
  }

  async function expectIntactChain(tenant: string, partition: string, length: number): Promise<void> {
    const verdict = verifyChain(tenant, await readEvents(partition), canonicalDigest);
    expect(verdict).toMatchObject({ ok: true, head: { sequence: length } });
    expect(await readItem(auditTable, auditHeadKey(tenant))).toMatchObject(verdict.ok ? verdict.head : {});
  }

  test('an account comes with its key, its events and its head', async () => {
    const creation = accountCreation('acct_1', 'AccountKey01');
    await createDynamoAccountStore({ keysTable, ledgerTable, commit: commitWith() }).createAccount(creation);
    expect(accountRecord.parse(await readItem(keysTable, accountKey('acct_1')))).toEqual(creation.account);
    expect(await readItem(keysTable, keyKey('AccountKey01'))).toMatchObject(creation.masterKey);
    await expectIntactChain('acct_1', 'ACCOUNT#acct_1', 2);
  });

  test('nothing is written over: an account whose key id is taken is not created, and leaves no event', async () => {
    const accounts = createDynamoAccountStore({ keysTable, ledgerTable, commit: commitWith() });
    await accounts.createAccount(accountCreation('acct_2', 'TakenKey0001'));
    const error: unknown = await accounts
      .createAccount(accountCreation('acct_3', 'TakenKey0001'))
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(GatewayFault);
    expect(await readItem(keysTable, keyKey('TakenKey0001'))).toMatchObject({ accountId: 'acct_2' });
    expect(await readItem(keysTable, accountKey('acct_3'))).toBeUndefined();
    expect(await readEvents('ACCOUNT#acct_3')).toEqual([]);
    expect(await readItem(auditTable, auditHeadKey('acct_3'))).toBeUndefined();
  });

  test('changes at the same time each get their place: the chain has no gap, fork or loss', async () => {
    const committers = Array.from({ length: 6 }, () => commitWith());
    await Promise.all(
      committers.map((commit) => commit({ tenant: 'operator', entries: [entryFor('operator')], writes: [] })),
    );
    await expectIntactChain('operator', 'TENANT#operator', 6);
  });

  test('a conflict of transactions is waited out', async () => {
    faults = ['conflict', 'throttle'];
    await commitWith()({ tenant: 'acct_c', entries: [entryFor('acct_c')], writes: [] });
    await expectIntactChain('acct_c', 'ACCOUNT#acct_c', 1);
  });

  test('a change whose answer was lost is not made twice', async () => {
    faults = ['lose-answer'];
    await commitWith()({ tenant: 'acct_l', entries: [entryFor('acct_l')], writes: [] });
    await expectIntactChain('acct_l', 'ACCOUNT#acct_l', 1);
  });

  test('a store that fails is a 503, and nothing of the change is there', async () => {
    faults = Array.from({ length: 50 }, () => 'internal-error' as const);
    const error: unknown = await createDynamoAccountStore({ keysTable, ledgerTable, commit: commitWith() })
      .createAccount(accountCreation('acct_f', 'FailedKey001'))
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'service_unavailable' });
    faults = [];
    expect(await readItem(keysTable, accountKey('acct_f'))).toBeUndefined();
    expect(await readEvents('ACCOUNT#acct_f')).toEqual([]);
  });

  test('a change without an event is refused', async () => {
    await expect(commitWith()({ tenant: 'acct_n', entries: [], writes: [] })).rejects.toThrow(GatewayFault);
  });
});

describe('the commands of createAuditedTransaction', () => {
  let server: ScriptedAws | undefined;
  afterEach(() => server?.stop());

  async function commitThrough(...replies: readonly [Reply, ...Reply[]]) {
    server = await startScriptedAws(...replies);
    const client = new DynamoDBClient({
      region: 'us-east-1',
      endpoint: server.endpoint,
      credentials: testCredentials,
    });
    return createAuditedTransaction({ client, table: 'audit', digest: canonicalDigest, random: () => 0 });
  }

  const cancelledFor = (...codes: readonly string[]) =>
    replyError('TransactionCanceledException', 400, { CancellationReasons: codes.map((Code) => ({ Code })) });

  test('the change, its events and the new head are one transaction, each under its condition', async () => {
    const commit = await commitThrough(replyJson({}), replyJson({}));
    const creation = accountCreation('acct_1', 'PublicId0009');
    await createDynamoAccountStore({ keysTable: 'keys', ledgerTable: 'ledger', commit }).createAccount(creation);
    const events = chainEvents(undefined, creation.entries, canonicalDigest);
    const putNew = (TableName: string, pk: string, sk: string, record: Parameters<typeof encodeItem>[0]) => ({
      Put: {
        TableName,
        Item: { pk: { S: pk }, sk: { S: sk }, ...encodeItem(record) },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    });
    expect(server?.calls.map(({ operation, body }) => ({ operation, body }))).toEqual([
      {
        operation: 'DynamoDB_20120810.GetItem',
        body: {
          TableName: 'audit',
          Key: { pk: { S: 'ACCOUNT#acct_1' }, sk: { S: 'HEAD' } },
          ConsistentRead: true,
        },
      },
      {
        operation: 'DynamoDB_20120810.TransactWriteItems',
        body: {
          ClientRequestToken: expect.any(String),
          TransactItems: [
            putNew('keys', 'ACCOUNT#acct_1', 'ACCOUNT', creation.account),
            {
              Put: {
                TableName: 'keys',
                Item: { ...accountEntryKey('acct_1'), accountId: { S: 'acct_1' } },
              },
            },
            { Update: expect.objectContaining({ TableName: 'ledger', Key: scopeKey('account:acct_1') }) },
            putNew('keys', 'KEY#PublicId0009', 'KEY', creation.masterKey),
            { Put: { TableName: 'keys', Item: keyEntryKey('acct_1', 'PublicId0009') } },
            { Update: expect.objectContaining({ TableName: 'ledger', Key: scopeKey('key:PublicId0009') }) },
            putNew('audit', 'ACCOUNT#acct_1', 'EVENT#000000000001', events[0] ?? {}),
            putNew('audit', 'ACCOUNT#acct_1', 'EVENT#000000000002', events[1] ?? {}),
            putNew('audit', 'ACCOUNT#acct_1', 'HEAD', { schemaVersion: 1, sequence: 2, hash: events[1]?.hash }),
          ],
        },
      },
    ]);
  });

  test('a chain that has a head is moved only from that very head', async () => {
    const head = { schemaVersion: 1, sequence: 7, hash: 'ab'.repeat(32) } as const;
    const commit = await commitThrough(replyJson({ Item: encodeItem(head) }), replyJson({}));
    const entry = entryFor('operator');
    await commit({ tenant: 'operator', entries: [entry], writes: [] });
    const [event] = chainEvents(head, [entry], canonicalDigest);
    expect(server?.calls[1]?.body).toMatchObject({
      TransactItems: [
        { Put: { Item: { pk: { S: 'TENANT#operator' }, sk: { S: 'EVENT#000000000008' }, hash: { S: event?.hash } } } },
        {
          Put: {
            Item: { pk: { S: 'TENANT#operator' }, sk: { S: 'HEAD' }, sequence: { N: '8' }, hash: { S: event?.hash } },
            ConditionExpression: '#hash = :hash',
            ExpressionAttributeNames: { '#hash': 'hash' },
            ExpressionAttributeValues: { ':hash': { S: head.hash } },
          },
        },
      ],
    });
  });

  test('contention is met by a new look at the head and another try, eight times at most', async () => {
    const contention = cancelledFor('None', 'TransactionConflict');
    const commit = await commitThrough(
      replyJson({}),
      contention,
      replyJson({}),
      cancelledFor('ConditionalCheckFailed'),
      replyJson({}),
    );
    await commit({ tenant: 'acct_1', entries: [entryFor('acct_1')], writes: [] });
    expect(server?.calls.map(({ operation }) => operation.split('.')[1])).toEqual([
      'GetItem',
      'TransactWriteItems',
      'GetItem',
      'TransactWriteItems',
      'GetItem',
      'TransactWriteItems',
    ]);
    await server?.stop();
    const hopeless = await commitThrough(...alternately(replyJson({}), contention, 20));
    await expect(hopeless({ tenant: 'acct_1', entries: [entryFor('acct_1')], writes: [] })).rejects.toMatchObject({
      code: 'service_unavailable',
    });
    expect(server?.calls).toHaveLength(16);
  });

  test('a change whose own condition does not hold is outdated: told at once, and not repeated', async () => {
    const writes = [{ Put: { TableName: 'keys', Item: { pk: { S: 'x' } } } }];
    const commit = await commitThrough(replyJson({}), cancelledFor('ConditionalCheckFailed', 'None'));
    expect(await commit({ tenant: 'acct_1', entries: [entryFor('acct_1')], writes })).toBe('outdated');
    expect(server?.calls).toHaveLength(2);
  });

  test('a transaction that can never commit is not repeated', async () => {
    const commit = await commitThrough(replyJson({}), cancelledFor('None', 'ValidationError'));
    await expect(commit({ tenant: 'acct_1', entries: [entryFor('acct_1')], writes: [] })).rejects.toMatchObject({
      code: 'service_unavailable',
    });
    expect(server?.calls).toHaveLength(2);
  });
});

function alternately(first: Reply, second: Reply, count: number): [Reply, ...Reply[]] {
  return [first, second, ...Array.from({ length: count }, (_, at) => (at % 2 === 0 ? first : second))];
}
