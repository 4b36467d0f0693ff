import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuditedTransaction } from '../../lambdas/aws/audited-transaction.ts';
import { batchGet } from '../../lambdas/aws/batch-get.ts';
import { createDynamoAccountDirectory } from '../../lambdas/aws/dynamo-account-directory.ts';
import { createDynamoKeyRegistry } from '../../lambdas/aws/dynamo-key-registry.ts';
import { keyKey } from '../../lambdas/aws/item-keys.ts';
import { createJsonClient } from '../../lambdas/aws/json-client.ts';
import { canonicalDigest } from '../../lambdas/crypto/canonical-digest.ts';
import type { AccountDirectory } from '../../lambdas/domain/accounts/account-directory.ts';
import type { AuditEntry } from '../../lambdas/domain/audit/audit-event.ts';
import type { KeyRecord } from '../../lambdas/domain/keys/key-record.ts';
import type { KeyRegistry } from '../../lambdas/domain/keys/key-registry.ts';
import type { ChangeActor } from '../../lambdas/domain/management-call.ts';
import {
  type AwsEngines,
  auditTable,
  keysTable,
  ledgerTable,
  startAwsEngines,
  testCredentials,
} from '../support/aws-engines.ts';
import { createManagedAccounts, type ManagedAccount } from '../support/managed-accounts.ts';
import { type Reply, replyJson, type ScriptedAws, startScriptedAws } from '../support/scripted-aws.ts';

describe('createDynamoKeyRegistry', () => {
  let engines: AwsEngines;
  let accounts: ReturnType<typeof createManagedAccounts>;
  let account: ManagedAccount;
  let registry: KeyRegistry;
  let directory: AccountDirectory;
  let count = 0;
  beforeAll(async () => {
    engines = await startAwsEngines();
    accounts = createManagedAccounts(engines);
    const commit = createAuditedTransaction({
      client: engines.dynamoSdk,
      table: auditTable,
      digest: canonicalDigest,
      random: Math.random,
    });
    registry = createDynamoKeyRegistry({ client: engines.dynamoJson, commit, keysTable, ledgerTable });
    directory = createDynamoAccountDirectory({ client: engines.dynamoJson, table: keysTable });
  });
  beforeEach(async () => {
    account = await accounts.create();
  });
  afterAll(() => engines.stop());

  function keyOf(overrides: Partial<KeyRecord> = {}): KeyRecord {
    count += 1;
    return {
      schemaVersion: 1,
      id: `Key${String(count).padStart(9, '0')}`,
      accountId: account.id,
      name: 'k',
      type: 'user',
      status: 'active',
      secretSha256: 'ab'.repeat(32),
      last4: 'wxyz',
      createdAt: 1_800_000_000,
      policyVersion: 1,
      ...overrides,
    };
  }

  function entryOf({ id, type }: KeyRecord): AuditEntry {
    return {
      schemaVersion: 1,
      id: 'audit_1',
      type: 'api_key.created',
      effective_at: 1_800_000_000,
      actor: { type: 'api_key', api_key: { id: account.masterId, ip_address: '192.0.2.1' } },
      request_id: 'r-1',
      tenant: account.id,
      'api_key.created': { id, data: { type } },
    };
  }

  /** The master and its account as they are now. */
  async function readActor(): Promise<ChangeActor> {
    const [key, found] = await Promise.all([registry.findKey(account.masterId), directory.findAccount(account.id)]);
    if (key === undefined || found === undefined) throw new Error('no master');
    return { key, account: found };
  }

  const create = async (key: KeyRecord, actor?: ChangeActor) =>
    registry.createKey({ key, actor: actor ?? (await readActor()), entry: entryOf(key) });
  const update = async (before: KeyRecord, after: KeyRecord, actor?: ChangeActor) =>
    registry.updateKey({ before, after, actor: actor ?? (await readActor()), entry: entryOf(after) });

  test('a key comes back as it was put, with all that it is held to', async () => {
    const key = keyOf({
      limits: { maxBudgetNano: 9_000_000_000_000_000, budgetDuration: 'weekly', parallelRequests: 3 },
      modelLimits: { 'openai/*': { requestsPerMinute: 5 } },
      models: ['openai/*'],
      metadata: { naïve: '☃' },
      zeroLogging: true,
      tags: [],
    });
    expect(await create(key)).toBe('committed');
    expect(await registry.findKey(key.id)).toEqual(key);
  });

  test.each(['revoked', 'disabled'])('nothing is changed by a key that is %s by now', async (status) => {
    const target = keyOf();
    await create(target);
    await accounts.patchKey(account.masterId, { status });
    const key = keyOf();
    expect(await create(key)).toBe('outdated');
    expect(await registry.findKey(key.id)).toBeUndefined();
    expect(await accounts.readScope(`key:${key.id}`)).toBeUndefined();
    expect(await update(target, { ...target, name: 'new', policyVersion: 2 })).toBe('outdated');
    expect(await registry.findKey(target.id)).toEqual(target);
    expect(await accounts.readScope(`key:${target.id}`)).toMatchObject({ policyVersion: 1 });
  });

  test.each(['key', 'account'] as const)(
    'nothing is changed by one whose %s has changed since it was read',
    async (what) => {
      const target = keyOf();
      await create(target);
      const actor = await readActor();
      if (what === 'key') await accounts.patchKey(account.masterId, { policyVersion: 2 });
      else await accounts.patchAccount(account.id, { policyVersion: 2 });
      const key = keyOf();
      expect(await create(key, actor)).toBe('outdated');
      expect(await update(target, { ...target, name: 'new', policyVersion: 2 }, actor)).toBe('outdated');
      expect(await registry.findKey(key.id)).toBeUndefined();
      expect(await registry.findKey(target.id)).toEqual(target);
      expect(await update(target, { ...target, name: 'new', policyVersion: 2 })).toBe('committed');
    },
  );

  test('records from before there were versions vouch for those who hold them', async () => {
    const old = await accounts.createOldKey(account.id);
    const key = keyOf();
    const record = await registry.findKey(old.id);
    const { account: found } = await readActor();
    if (record === undefined) throw new Error('no old key');
    const actor = { key: record, account: found };
    expect(await create(key, actor)).toBe('committed');
    await accounts.patchKey(old.id, { policyVersion: 1 });
    expect(await create(keyOf(), actor)).toBe('outdated');
  });

  test('a list is narrowed to a member, to an environment, or to both, over any number of pages', async () => {
    const mine = Array.from({ length: 3 }, () => keyOf({ userId: 'user_1', environment: 'production' }));
    const others = [keyOf({ userId: 'user_2', environment: 'production' }), keyOf({ userId: 'user_1' }), keyOf()];
    for (const key of [...mine, ...others]) await create(key);
    const ids = async (query: object) =>
      (await registry.listKeys(account.id, { after: undefined, limit: 10, ...query })).keys.map(({ id }) => id);
    const idsOf = (keys: readonly KeyRecord[]) => keys.map(({ id }) => id).sort();
    expect(await ids({ userId: 'user_1', environment: 'production' })).toEqual(idsOf(mine));
    expect(await ids({ environment: 'production' })).toEqual(idsOf([...mine, ...others.slice(0, 1)]));
    expect(await ids({ userId: 'user_1' })).toEqual(idsOf([...mine, ...others.slice(1, 2)]));
    expect(await ids({ userId: 'user_3' })).toEqual([]);
    const [first = '', second = '', third = ''] = idsOf(mine);
    const query = { userId: 'user_1', environment: 'production', limit: 2 };
    expect(await registry.listKeys(account.id, { ...query, after: undefined })).toMatchObject({
      keys: [{ id: first }, { id: second }],
      hasMore: true,
    });
    expect(await registry.listKeys(account.id, { ...query, after: second })).toMatchObject({
      keys: [{ id: third }],
      hasMore: false,
    });
  });

  test('a change from a version that is no longer there is not made', async () => {
    const key = keyOf();
    await create(key);
    const second = { ...key, name: 'second', policyVersion: 2 };
    expect(await update(key, second)).toBe('committed');
    expect(await update(key, { ...key, name: 'late', policyVersion: 2 })).toBe('outdated');
    expect(await registry.findKey(key.id)).toEqual(second);
  });

  test('a key that changes itself is held to its own version', async () => {
    const master = await registry.findKey(account.masterId);
    if (master === undefined) throw new Error('no master');
    expect(await update(master, { ...master, name: 'mine', policyVersion: 2 })).toBe('committed');
    expect(await update(master, { ...master, name: 'again', policyVersion: 2 })).toBe('outdated');
  });

  test('a key that does not exist is not made by a change', async () => {
    for (const policyVersion of [0, 1]) {
      const key = keyOf({ policyVersion });
      expect(await update(key, { ...key, policyVersion: policyVersion + 1 })).toBe('outdated');
      expect(await registry.findKey(key.id)).toBeUndefined();
    }
  });

  test('an id that is taken is not written over', async () => {
    const key = keyOf();
    await create(key);
    expect(await create({ ...key, name: 'other' })).toBe('outdated');
    expect(await registry.findKey(key.id)).toEqual(key);
  });

  test('a revoked key leaves the list by expiring, without a permission to delete', async () => {
    const key = keyOf();
    await create(key);
    const page = { after: undefined, limit: 10 };
    expect((await registry.listKeys(account.id, page)).keys.map(({ id }) => id)).toContain(key.id);
    await update(key, { ...key, status: 'revoked', revokedAt: 1_800_000_001, policyVersion: 2 });
    expect((await registry.listKeys(account.id, page)).keys.map(({ id }) => id)).toEqual([account.masterId]);
    expect(await registry.findKey(key.id)).toMatchObject({ status: 'revoked' });
  });
});

describe('batchGet', () => {
  let server: ScriptedAws | undefined;
  afterEach(() => server?.stop());

  async function getThrough(count: number, ...replies: readonly [Reply, ...Reply[]]) {
    server = await startScriptedAws(...replies);
    const client = createJsonClient({
      service: 'dynamodb',
      region: 'us-east-1',
      endpoint: server.endpoint,
      credentials: () => testCredentials,
      now: Date.now,
      random: () => 0,
    });
    return batchGet(
      client,
      't',
      Array.from({ length: count }, (_, index) => keyKey(`k${index}`)),
    );
  }
  const item = (id: string) => ({ pk: { S: `KEY#${id}` }, sk: { S: 'KEY' } });
  const partly = (found: readonly string[], left: readonly string[]) =>
    replyJson({
      Responses: { t: found.map(item) },
      UnprocessedKeys: left.length === 0 ? {} : { t: { Keys: left.map(item), ConsistentRead: true } },
    });

  test('asks again for what was left over, and for nothing else', async () => {
    const items = await getThrough(3, partly(['k0'], ['k1', 'k2']), partly([], ['k2']), partly(['k2'], []));
    expect(items.map(({ pk }) => pk)).toEqual(['KEY#k0', 'KEY#k2']);
    expect(server?.calls.map(({ body }) => body)).toEqual(
      [['k0', 'k1', 'k2'], ['k1', 'k2'], ['k2']].map((ids) => ({
        RequestItems: { t: { Keys: ids.map(item), ConsistentRead: true } },
      })),
    );
  });

  test('no keys are no call, and more than a hundred are several', async () => {
    expect(await getThrough(0, partly([], []))).toEqual([]);
    expect(server?.calls).toHaveLength(0);
    await server?.stop();
    await getThrough(250, partly([], []), partly([], []), partly([], []));
    const sizes = server?.calls.map(({ body }) => JSON.stringify(body).split('KEY#').length - 1);
    expect(sizes?.toSorted((one, other) => one - other)).toEqual([50, 100, 100]);
  });

  test('a store that never gives the rest is a 503', async () => {
    const never = Array.from({ length: 20 }, () => partly([], ['k0']));
    await expect(getThrough(1, partly([], ['k0']), ...never)).rejects.toMatchObject({ code: 'service_unavailable' });
  });
});
