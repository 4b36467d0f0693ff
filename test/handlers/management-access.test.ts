import { beforeEach, describe, expect, test } from 'vitest';
import { operations } from '../../lambdas/domain/access/operations.ts';
import { roles } from '../../lambdas/domain/access/permissions.ts';
import { decided } from '../support/decided-permissions.ts';
import { useManagementFunction } from '../support/management-function.ts';
import { requests, type Targets } from '../support/management-requests.ts';
import { invitePeople, type Person } from '../support/people.ts';

const management = useManagementFunction();
const { call, createKey } = management;
const { invite, join } = invitePeople(management);

/** Those of the data plane, of the reports, of the audit log and of privacy: other functions, and tests of their own. */
const elsewhere = new Set([
  'chat-completions',
  'list-models',
  'retrieve-model',
  'retrieve-usage',
  'retrieve-costs',
  'list-requests',
  'list-audit-logs',
  'verify-audit-logs',
  'export-account',
  'delete-account',
]);

const denied = {
  statusCode: 403,
  body: { error: { code: 'permission_denied', type: 'invalid_request_error', param: null } },
};

test('every operation of the table is walked, here or where it lives', () => {
  const here = Object.keys(operations).filter((operation) => !elsewhere.has(operation));
  expect(Object.keys(requests).sort()).toEqual(here.sort());
});

/** An account with secrets kept, a credential of its own, a member and an invite to act on. */
async function furnish(): Promise<Omit<Targets, 'keyId'>> {
  await call('PATCH', '/v1/account', { body: { recoverable_keys: true } });
  await call('PUT', '/v1/providers/openai/credential', { body: { api_key: 'sk-of-the-account' } });
  const target = await join('developer');
  return { userId: target.id, inviteId: (await invite('developer')).id };
}

const markers = { keyId: 'KEY', userId: 'USER', inviteId: 'INVITE' };

/** The same, as far as the operation needs it. */
async function furnishFor(operation: string, person: Person) {
  const [, path] = requests[operation]?.(markers) ?? ['GET', ''];
  const needs = (marker: string) => path.includes(marker);
  if (operation === 'reveal-key') await call('PATCH', '/v1/account', { body: { recoverable_keys: true } });
  if (needs('/providers/')) await call('PUT', path, { body: { api_key: 'sk-of-the-account' } });
  return {
    own: needs('KEY') ? (await createKey({ name: 'own', user_id: person.id })).id : '',
    // A service key calls models: that is beyond nobody who makes keys.
    others: needs('KEY') ? (await createKey({ name: 'of the account' })).id : undefined,
    userId: needs('USER') ? (await join('developer')).id : '',
    inviteId: needs('INVITE') ? (await invite('developer')).id : '',
  };
}

describe.each(roles.map((role, column) => [role, column] as const))('a member who is %s', (role, column) => {
  let person: Person;
  beforeEach(async () => {
    person = await join(role);
  });

  test.each(Object.keys(requests))('%s', async (operation) => {
    const cell = decided[operation]?.[column];
    const { own, others, ...targets } = await furnishFor(operation, person);
    const send = async (keyId: string) => {
      const [method, path, body] = requests[operation]?.({ ...targets, keyId }) ?? ['GET', '/'];
      return call(method, path, { key: person.key, body });
    };
    if (cell === undefined) {
      for (const keyId of [own, ...(others === undefined ? [] : [others])])
        expect(await send(keyId)).toMatchObject(denied);
      return;
    }
    const answer = await send(own);
    expect([200, 201], JSON.stringify(answer.body)).toContain(answer.statusCode);
    if (cell === 'own' && others !== undefined) {
      expect(await send(others)).toMatchObject({ statusCode: 404, body: { error: { code: 'not_found' } } });
    }
  });
});

describe.each<[string, object, string[]]>([
  ['a spend_limit key', { type: 'spend_limit', max_budget: '1' }, ['retrieve-own-key']],
  ['a user key of nobody', {}, ['retrieve-own-key']],
  ['a key for the audit log', { permissions: ['audit.read'] }, ['retrieve-own-key']],
])('%s', (_name, fields, allowed) => {
  test('may do what it was made for alone', async () => {
    const targets = { ...(await furnish()), keyId: management.account.masterId };
    const { key } = await createKey({ name: 'k', ...fields });
    for (const [operation, request] of Object.entries(requests)) {
      const [method, path, body] = request(targets);
      const answer = await call(method, path, { key, body });
      if (allowed.includes(operation)) expect(answer.statusCode).toBe(200);
      else expect(answer, operation).toMatchObject(denied);
    }
  });
});

describe('another account', () => {
  test('reaches nothing of this one by any operation, and learns nothing from the answers', async () => {
    const targets = { ...(await furnish()), keyId: (await createKey()).id };
    const nobody = {
      keyId: '000000000000',
      userId: `user_${'0'.repeat(24)}`,
      inviteId: `invite_${'0'.repeat(24)}`,
    };
    const before = await readEverything(targets);
    const stranger = await management.accounts.create();
    for (const [operation, request] of Object.entries(requests)) {
      const [method, path, body] = request(targets);
      const answer = await call(method, path, { key: stranger.masterKey, body });
      const [, unknownPath] = request(nobody);
      if (path === unknownPath) {
        expect(answer.statusCode, operation).not.toBe(403);
        expect(JSON.stringify(answer.body), operation).not.toContain(management.account.id);
        continue;
      }
      const unknown = await call(method, unknownPath, { key: stranger.masterKey, body });
      expect(answer, operation).toMatchObject({ statusCode: 404, body: { error: { code: 'not_found' } } });
      expect(answer, operation).toEqual(unknown);
    }
    expect(await readEverything(targets)).toEqual(before);
  });

  test('makes no key for a member of this one', async () => {
    const { userId } = await furnish();
    const stranger = await management.accounts.create();
    const body = { name: 'k', user_id: userId };
    expect(await call('POST', '/v1/keys', { key: stranger.masterKey, body })).toMatchObject({
      statusCode: 400,
      body: { error: { code: 'invalid_request', param: 'user_id' } },
    });
  });

  test('does not have its credentials or members counted, listed or used here', async () => {
    await furnish();
    const stranger = await management.accounts.create();
    const as = (path: string) => call('GET', path, { key: stranger.masterKey });
    expect((await as('/v1/organization/users')).body).toMatchObject({ data: [] });
    expect((await as('/v1/organization/invites')).body).toMatchObject({ data: [] });
    expect((await as('/v1/account')).body).toMatchObject({ id: stranger.id, member_count: 0 });
    expect((await as('/v1/providers/openai/credential')).statusCode).toBe(404);
  });

  async function readEverything({ keyId, userId, inviteId }: Targets) {
    return [
      await management.accounts.readAccount(management.account.id),
      await management.accounts.readKey(keyId),
      await management.accounts.readMember(management.account.id, userId),
      (await call('GET', `/v1/organization/invites/${inviteId}`)).body,
      (await call('GET', '/v1/providers/openai/credential')).body,
      await management.readAudit(management.account.id),
    ];
  }
});

describe('an account that was suspended or closed', () => {
  test.each(['suspended', 'closed'])('%s: none of its keys may anything', async (status) => {
    const targets = { ...(await furnish()), keyId: (await createKey()).id };
    const owner = await join('owner');
    await management.accounts.patchAccount(management.account.id, { status });
    for (const request of Object.values(requests)) {
      const [method, path, body] = request(targets);
      for (const key of [management.account.masterKey, owner.key]) {
        expect(await call(method, path, { key, body })).toMatchObject({
          statusCode: 401,
          body: { error: { code: 'key_disabled' } },
        });
      }
    }
  });
});
