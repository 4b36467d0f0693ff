import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDynamoPolicyStore } from '../../lambdas/aws/dynamo-policy-store.ts';
import type { JsonClient } from '../../lambdas/aws/json-client.ts';
import type { Fault } from '../../local/dynamodb/faults.ts';
import { type AwsEngines, keysTable, ledgerTable, startAwsEngines } from '../support/aws-engines.ts';
import { createManagedAccounts, type ManagedAccount } from '../support/managed-accounts.ts';

describe('createDynamoPolicyStore', () => {
  let engines: AwsEngines;
  let accounts: ReturnType<typeof createManagedAccounts>;
  let account: ManagedAccount;
  let fault: Fault | undefined;
  let nowMs = 1_000_000;
  beforeAll(async () => {
    engines = await startAwsEngines({ faults: () => fault });
    accounts = createManagedAccounts(engines);
  });
  beforeEach(async () => {
    fault = undefined;
    account = await accounts.create();
  });
  afterAll(() => engines.stop());

  /** One instance, and the operations that it has called. */
  function startInstance() {
    const calls: string[] = [];
    const client: JsonClient = {
      call(operation, input, options) {
        calls.push(operation);
        return engines.dynamoJson.call(operation, input, options);
      },
    };
    const store = createDynamoPolicyStore({ client, keysTable, ledgerTable, now: () => nowMs });
    return { ...store, calls };
  }

  test('gives the key with its account, and asks no more for five seconds', async () => {
    const { loadPolicy, calls } = startInstance();
    const policy = await loadPolicy(account.masterId);
    expect(policy).toMatchObject({
      key: { id: account.masterId, type: 'master', policyVersion: 1 },
      account: { id: account.id, plan: 'enterprise', policyVersion: 1 },
    });
    nowMs += 4_999;
    expect(await loadPolicy(account.masterId)).toBe(policy);
    expect(calls).toEqual(['GetItem', 'GetItem']);
    nowMs += 1;
    await loadPolicy(account.masterId);
    expect(calls).toHaveLength(4);
  });

  test('a change is seen by the next reload at once, of the key and of the account', async () => {
    const { loadPolicy, reloadPolicy } = startInstance();
    await loadPolicy(account.masterId);
    await accounts.patchKey(account.masterId, { status: 'revoked', policyVersion: 2 });
    await accounts.patchAccount(account.id, { status: 'closed', policyVersion: 5 });
    expect(await loadPolicy(account.masterId)).toMatchObject({ key: { status: 'active' } });
    const reloaded = { key: { status: 'revoked', policyVersion: 2 }, account: { status: 'closed', policyVersion: 5 } };
    expect(await reloadPolicy(account.masterId)).toMatchObject(reloaded);
    expect(await loadPolicy(account.masterId)).toMatchObject(reloaded);
  });

  test('an unknown key is looked up each time, so that one that is made later works at once', async () => {
    const { loadPolicy, calls } = startInstance();
    expect(await loadPolicy('Unknown00000')).toBeUndefined();
    expect(await loadPolicy('Unknown00000')).toBeUndefined();
    expect(calls).toEqual(['GetItem', 'GetItem']);
  });

  test('records from before there were counters get them when they are first loaded, and only where missing', async () => {
    const old = await accounts.createOldKey(account.id);
    await accounts.patchAccount(account.id, { policyVersion: 0 });
    await accounts.writeScope(`account:${account.id}`, { committed: 7, requests: 3 });
    await startInstance().loadPolicy(old.id);
    expect(await accounts.readScope(`key:${old.id}`)).toMatchObject({ policyVersion: 0, committed: 0, open: {} });
    expect(await accounts.readScope(`account:${account.id}`)).toMatchObject({
      policyVersion: 1,
      committed: 7,
      requests: 3,
      open: {},
    });
  });

  test('a store that fails is a fault, and never a key that does not exist', async () => {
    const { loadPolicy, reloadPolicy } = startInstance();
    await loadPolicy(account.masterId);
    fault = 'internal-error';
    nowMs += 5_000;
    await expect(loadPolicy(account.masterId)).rejects.toMatchObject({ code: 'service_unavailable' });
    await expect(reloadPolicy(account.masterId)).rejects.toMatchObject({ code: 'service_unavailable' });
  });

  test('a key without its account is a fault of ours', async () => {
    const orphan = await accounts.createOldKey('acct_nowhere');
    await expect(startInstance().loadPolicy(orphan.id)).rejects.toMatchObject({ code: 'internal_error' });
  });
});
