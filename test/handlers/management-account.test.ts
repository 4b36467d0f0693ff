import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { decodeItem } from '../../lambdas/aws/attribute-values.ts';
import { createDynamoCredentialVault } from '../../lambdas/aws/dynamo-credential-vault.ts';
import { credentialKey, keySecretKey } from '../../lambdas/aws/item-keys.ts';
import { createKmsEnvelopeOpener } from '../../lambdas/aws/kms-envelope-open.ts';
import { auditEntry } from '../../lambdas/domain/audit/audit-event.ts';
import { keysTable } from '../support/aws-engines.ts';
import { useManagementFunction } from '../support/management-function.ts';
import { invitePeople } from '../support/people.ts';

const management = useManagementFunction();
const { call, createKey, readAudit } = management;
const { join } = invitePeople(management);

const refusal = (statusCode: number, code: string, param: string | null = null) => ({
  statusCode,
  body: { error: { code, param } },
});
const lastEvent = async () => auditEntry.parse((await readAudit(management.account.id)).at(-1));

describe('the account', () => {
  test('is shown with its plan, its limits and what was spent', async () => {
    await management.accounts.writeScope(`account:${management.account.id}`, { committed: 1_500_000_000, reserved: 1 });
    expect(await call('GET', '/v1/account')).toMatchObject({
      statusCode: 200,
      headers: { etag: '"1"' },
      body: {
        object: 'account',
        id: management.account.id,
        name: 'a',
        plan: 'enterprise',
        status: 'active',
        member_count: 0,
        recoverable_keys: false,
        max_budget: null,
        budget_duration: 'none',
        spend: '1.499999999',
        spend_reserved: '0.000000001',
        budget_remaining: null,
      },
    });
  });

  test('counts its members', async () => {
    await join('developer');
    const { id } = await join('owner');
    await join('owner');
    await call('DELETE', `/v1/organization/users/${id}`);
    expect((await call('GET', '/v1/account')).body).toMatchObject({ member_count: 2 });
  });

  test('is renamed, and the new name stands in no event', async () => {
    const answer = await call('PATCH', '/v1/account', { body: { name: 'Private Ltd' } });
    expect(answer).toMatchObject({ statusCode: 200, headers: { etag: '"2"' }, body: { name: 'Private Ltd' } });
    const event = await lastEvent();
    expect(event).toMatchObject({
      type: 'account.updated',
      'account.updated': { id: management.account.id, policy_version: 2, fields: ['name'], changes_requested: {} },
    });
  });

  test('that is changed to what it is, is not changed', async () => {
    const before = await readAudit(management.account.id);
    expect((await call('PATCH', '/v1/account', { body: { name: 'a', recoverable_keys: false } })).statusCode).toBe(200);
    expect((await call('PATCH', '/v1/account', { body: {} })).statusCode).toBe(200);
    expect(await readAudit(management.account.id)).toEqual(before);
  });

  test.each([
    [{ name: null }, 'invalid_request', 'name'],
    [{ name: 'a\u2067b' }, 'invalid_request', 'name'],
    [{ recoverable_keys: 'yes' }, 'invalid_request', 'recoverable_keys'],
    [{ plan: 'enterprise' }, 'unknown_parameter', 'plan'],
    [{ status: 'active' }, 'unknown_parameter', 'status'],
    [{ max_budget: '1000' }, 'unknown_parameter', 'max_budget'],
    [{ member_count: 9 }, 'unknown_parameter', 'member_count'],
    [{ ownerCount: 9 }, 'unknown_parameter', 'ownerCount'],
    [{ id: 'acct_0000000000000000' }, 'unknown_parameter', 'id'],
    [{ spend: '0.00' }, 'unknown_parameter', 'spend'],
  ])('patched with %j is a 400 %s at %s', async (body, code, param) => {
    expect(await call('PATCH', '/v1/account', { body })).toMatchObject(refusal(400, code, param));
  });

  test('is changed from the version that was seen alone', async () => {
    const headers = { 'if-match': '"1"' };
    const rename = (name: string) => call('PATCH', '/v1/account', { headers, body: { name } });
    const answers = await Promise.all(['b', 'c', 'd'].map(rename));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 412, 412]);
  });
});

describe('a credential of the account’s own', () => {
  const PATH = '/v1/providers/openai/credential';
  const put = (api_key: string, key?: string) => call('PUT', PATH, { body: { api_key }, ...(key && { key }) });

  /** What the data plane would send, for the account as it is now. */
  async function revealed(accountId = management.account.id) {
    const { dynamoJson, kmsJson } = management.engines;
    const vault = createDynamoCredentialVault({
      client: dynamoJson,
      table: keysTable,
      openEnvelope: createKmsEnvelopeOpener(kmsJson),
      now: Date.now,
    });
    const credentials = z
      .record(z.string(), z.int())
      .optional()
      .parse((await management.accounts.readAccount(accountId))?.['credentials']);
    return vault.reveal('openai', { id: accountId, credentials });
  }

  test('is put, seen by its last four alone, used, replaced and withdrawn', async () => {
    expect(await call('GET', PATH)).toMatchObject(refusal(404, 'not_found'));
    const shown = { object: 'provider_credential', provider: 'openai', last4: 'irst', created_at: expect.any(Number) };
    expect(await put('sk-the-first')).toMatchObject({ statusCode: 200, body: shown });
    expect((await call('GET', PATH)).body).toEqual(shown);
    expect(await revealed()).toBe('sk-the-first');
    await put('sk-the-second');
    expect(await revealed()).toBe('sk-the-second');
    expect(await call('DELETE', PATH)).toMatchObject({
      statusCode: 200,
      body: { object: 'provider_credential.deleted', provider: 'openai', deleted: true },
    });
    expect(await revealed()).toBeUndefined();
    for (const method of ['GET', 'DELETE']) expect(await call(method, PATH)).toMatchObject(refusal(404, 'not_found'));
    expect((await put('sk-the-third')).statusCode).toBe(200);
  });

  test('raises the account’s version, so that no request goes by the one before', async () => {
    await put('sk-the-first');
    await call('DELETE', PATH);
    expect(await management.accounts.readScope(`account:${management.account.id}`)).toMatchObject({ policyVersion: 3 });
  });

  test('lies nowhere in plain, and nothing is left of it when it is withdrawn', async () => {
    await put('sk-canary-credential');
    const Key = credentialKey(management.account.id, 'openai');
    const read = async () => {
      const { Item = {} } = await management.engines.dynamoSdk.send(new GetItemCommand({ TableName: keysTable, Key }));
      return decodeItem(Item);
    };
    const all = JSON.stringify([await read(), await readAudit(management.account.id)]);
    expect(all).not.toContain('sk-canary');
    expect(all).not.toContain('canary-cred');
    expect(await read()).toHaveProperty('envelope');
    await call('DELETE', PATH);
    expect(Object.keys(await read()).sort()).toEqual(['expiresAtSeconds', 'pk', 'sk']);
    expect(management.output).toBe('');
  });

  test('copied into another account’s place stays shut', async () => {
    await put('sk-of-the-first-account');
    const other = await management.accounts.create();
    await call('PUT', PATH, { key: other.masterKey, body: { api_key: 'sk-of-the-other' } });
    const { dynamoSdk } = management.engines;
    const { Item = {} } = await dynamoSdk.send(
      new GetItemCommand({ TableName: keysTable, Key: credentialKey(management.account.id, 'openai') }),
    );
    const moved = { ...Item, ...credentialKey(other.id, 'openai') };
    await dynamoSdk.send(new PutItemCommand({ TableName: keysTable, Item: moved }));
    await expect(revealed(other.id)).rejects.toMatchObject({ code: 'service_unavailable' });
  });

  test('is told of without the secret', async () => {
    await put('sk-the-first');
    expect(await lastEvent()).toMatchObject({
      type: 'account.provider_credential.stored',
      'account.provider_credential.stored': { provider: 'openai', last4: 'irst', policy_version: 2 },
    });
    await call('DELETE', PATH);
    expect(await lastEvent()).toMatchObject({
      type: 'account.provider_credential.deleted',
      'account.provider_credential.deleted': { provider: 'openai', policy_version: 3 },
    });
  });

  test.each([
    ['demo', 'has nothing to unlock'],
    ['nobody', 'is not configured'],
    ['constructor', 'is a word of JavaScript’s'],
    ['__proto__', 'is another'],
    ['OPENAI', 'is spelt otherwise'],
    ['..', 'is a path'],
    ['openai%2f..', 'is half a path'],
  ])('for %s, which %s, is refused', async (provider) => {
    const path = `/v1/providers/${provider}/credential`;
    for (const [method, body] of [['GET'], ['PUT', { api_key: 'sk-the-first' }], ['DELETE']] as const) {
      expect(await call(method, path, { body })).toMatchObject(refusal(404, 'not_found'));
    }
  });

  test.each([
    [{ api_key: undefined }, 'invalid_request', 'api_key'],
    [{ api_key: 'short' }, 'invalid_request', 'api_key'],
    [{ api_key: 'sk-with space' }, 'invalid_request', 'api_key'],
    [{ api_key: 'sk-line\r\nx-evil: 1' }, 'invalid_request', 'api_key'],
    [{ api_key: 'sk-ünicode' }, 'invalid_request', 'api_key'],
    [{ api_key: 'x'.repeat(4_097) }, 'invalid_request', 'api_key'],
    [{ api_key: 'sk-the-first', base_url: 'https://evil.example' }, 'unknown_parameter', 'base_url'],
    [{ api_key: 'sk-the-first', tenant: 'operator' }, 'unknown_parameter', 'tenant'],
  ])('%j is a 400 %s at %s, and is not said back', async (body, code, param) => {
    const answer = await call('PUT', PATH, { body });
    expect(answer).toMatchObject(refusal(400, code, param));
    if (body.api_key !== undefined) expect(JSON.stringify(answer)).not.toContain(body.api_key);
    expect((await call('GET', PATH)).statusCode).toBe(404);
  });

  test('is not stored where KMS is away, and nothing is told of it', async () => {
    const before = await readAudit(management.account.id);
    await management.engines.withoutEnvelopeKey(async () => {
      expect(await put('sk-the-first')).toMatchObject({
        statusCode: 503,
        body: { error: { code: 'service_unavailable' } },
      });
    });
    expect(await readAudit(management.account.id)).toEqual(before);
    expect(management.output).not.toContain('sk-the-first');
  });

  test('of ten that are put at the same time the last one serves, and each is told of', async () => {
    const names = Array.from({ length: 5 }, (_, index) => `sk-number-${index}`);
    const answers = await Promise.all(names.map((name) => put(name)));
    for (const { statusCode } of answers) expect([200, 409]).toContain(statusCode);
    const made = answers.filter(({ statusCode }) => statusCode === 200).length;
    expect(await readAudit(management.account.id)).toHaveLength(2 + made);
    expect(names).toContain(await revealed());
  });
});

describe('secrets that are kept', () => {
  const reveal = (id: string, key?: string) => call('POST', `/v1/keys/${id}/reveal`, { body: {}, ...(key && { key }) });
  const setKept = (recoverable_keys: boolean) => call('PATCH', '/v1/account', { body: { recoverable_keys } });
  const nowhere = refusal(409, 'conflict');

  async function readSecret(id: string) {
    const Key = keySecretKey(management.account.id, id);
    const { Item } = await management.engines.dynamoSdk.send(new GetItemCommand({ TableName: keysTable, Key }));
    return Item === undefined ? undefined : decodeItem(Item);
  }

  test('are kept nowhere unless the account says so', async () => {
    const { id, body } = await createKey();
    expect(body).toMatchObject({ recoverable: false });
    expect(await readSecret(id)).toBeUndefined();
    expect(await reveal(id)).toMatchObject(nowhere);
    await setKept(true);
    expect(await reveal(id)).toMatchObject(nowhere);
  });

  test('are shown again to a master key or an owner, and that they were is told first', async () => {
    await setKept(true);
    const { id, key, body } = await createKey();
    expect(body).toMatchObject({ recoverable: true });
    const owner = await join('owner');
    for (const caller of [undefined, owner.key]) {
      expect(await reveal(id, caller)).toMatchObject({
        statusCode: 200,
        headers: { 'cache-control': 'no-store' },
        body: { object: 'api_key.secret', id, key },
      });
      expect(await lastEvent()).toMatchObject({ type: 'api_key.revealed', 'api_key.revealed': { id } });
    }
    const admin = await join('admin');
    expect(await reveal(id, admin.key)).toMatchObject(refusal(403, 'permission_denied'));
  });

  test('are not shown where it cannot be told', async () => {
    await setKept(true);
    const { id, key } = await createKey();
    management.failNext(
      ...Array.from({ length: 50 }, () => ({ operation: 'TransactWriteItems', fault: 'internal-error' as const })),
    );
    const answer = await reveal(id);
    expect(answer).toMatchObject({ statusCode: 503 });
    expect(JSON.stringify(answer)).not.toContain(key.slice(17, 49));
  });

  test('lie under the envelope key, bound to the account and the key', async () => {
    await setKept(true);
    const one = await createKey();
    const two = await createKey();
    const stored = JSON.stringify(await readSecret(one.id));
    expect(stored).not.toContain(one.key.slice(17, 49));
    expect(stored).not.toContain(Buffer.from(one.key).toString('base64').slice(0, 20));
    const { dynamoSdk } = management.engines;
    const Key = keySecretKey(management.account.id, one.id);
    const { Item = {} } = await dynamoSdk.send(new GetItemCommand({ TableName: keysTable, Key }));
    const moved = { ...Item, ...keySecretKey(management.account.id, two.id) };
    await dynamoSdk.send(new PutItemCommand({ TableName: keysTable, Item: moved }));
    expect(await reveal(two.id)).toMatchObject({ statusCode: 503 });
    expect(JSON.stringify(await reveal(two.id))).not.toContain(one.key.slice(17, 49));
  });

  test('follow a rotation, and the one before is shown no more', async () => {
    await setKept(true);
    const { id } = await createKey();
    const rotated = await call('POST', `/v1/keys/${id}/rotate`, { body: { grace_period: 60 } });
    const { key } = z.looseObject({ key: z.string() }).parse(rotated.body);
    expect((await reveal(id)).body).toMatchObject({ key });
  });

  test('go with a revocation, and with a rotation once they are not to be kept', async () => {
    await setKept(true);
    const revoked = await createKey();
    const rotated = await createKey();
    await call('DELETE', `/v1/keys/${revoked.id}`);
    await setKept(false);
    await call('POST', `/v1/keys/${rotated.id}/rotate`, { body: {} });
    for (const id of [revoked.id, rotated.id]) {
      expect(Object.keys((await readSecret(id)) ?? {}).sort()).toEqual(['expiresAtSeconds', 'pk', 'sk']);
      expect(await reveal(id)).toMatchObject(nowhere);
    }
    expect((await call('GET', `/v1/keys/${rotated.id}`)).body).toMatchObject({ recoverable: false });
  });

  test('that were kept once are not shown after that was given up, not even when it is taken up again', async () => {
    await setKept(true);
    const { id } = await createKey();
    await setKept(false);
    expect(await reveal(id)).toMatchObject(nowhere);
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 2_000);
    await setKept(true);
    clock.mockRestore();
    expect(await reveal(id)).toMatchObject(nowhere);
  });

  test('are not kept where KMS is away: then no key is made', async () => {
    await setKept(true);
    await management.engines.withoutEnvelopeKey(async () => {
      expect(await call('POST', '/v1/keys', { body: { name: 'k' } })).toMatchObject({ statusCode: 503 });
    });
    expect((await call('GET', '/v1/keys')).body).toMatchObject({ data: [{ id: management.account.masterId }] });
  });

  test('take nothing that they do not know', async () => {
    const { id } = await createKey();
    expect(await call('POST', `/v1/keys/${id}/reveal`, { body: { key: 'x' } })).toMatchObject(
      refusal(400, 'unknown_parameter', 'key'),
    );
  });
});
