import { describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { canonicalDigest } from '../../lambdas/crypto/canonical-digest.ts';
import { verifyChain } from '../../lambdas/domain/audit/audit-chain.ts';
import { auditEntry } from '../../lambdas/domain/audit/audit-event.ts';
import { list, useManagementFunction } from '../support/management-function.ts';
import { invitePeople } from '../support/people.ts';

const management = useManagementFunction();
const { call, createKey, readAudit } = management;
const { accept, invite, join } = invitePeople(management);

const INVITES = '/v1/organization/invites';
const USERS = '/v1/organization/users';
const refusal = (statusCode: number, code: string, param: string | null = null) => ({
  statusCode,
  body: { error: { code, param, type: 'invalid_request_error', message: expect.any(String) } },
});

/** Runs with the clock set forward. */
async function later<Value>(seconds: number, run: () => Promise<Value>): Promise<Value> {
  const now = Date.now();
  const clock = vi.spyOn(Date, 'now').mockReturnValue(now + seconds * 1000);
  try {
    return await run();
  } finally {
    clock.mockRestore();
  }
}

const idsOf = async (path: string) => list.parse((await call('GET', path)).body).data.map(({ id }) => id);
const lastEvents = async (number: number) =>
  (await readAudit(management.account.id)).slice(-number).map((event) => auditEntry.parse(event));

describe('inviting', () => {
  test('answers with the invite in OpenAI’s shape, and with its token, once', async () => {
    const body = { email: 'New.Person@Example.com', role: 'auditor' };
    const answer = await call('POST', INVITES, { body });
    expect(answer).toMatchObject({ statusCode: 201, headers: { 'cache-control': 'no-store' } });
    const { token, ...shown } = z.looseObject({ id: z.string(), token: z.string() }).parse(answer.body);
    expect(token).toMatch(/^ask_invite_[0-9A-Za-z]{16}_[0-9A-Za-z]{38}$/);
    expect(shown).toEqual({
      object: 'organization.invite',
      id: expect.stringMatching(/^invite_[0-9A-Za-z]{24}$/),
      email: 'new.person@example.com',
      role: 'auditor',
      status: 'pending',
      invited_at: expect.any(Number),
      expires_at: expect.any(Number),
      accepted_at: null,
      user_id: null,
    });
    expect((await call('GET', `${INVITES}/${shown.id}`)).body).toEqual(shown);
    const stored = JSON.stringify([await readAudit(management.account.id), (await call('GET', INVITES)).body]);
    expect(stored).not.toContain(token.slice(-38, -6));
  });

  test.each([
    [{}, 'invalid_request', 'email'],
    [{ email: 'nobody' }, 'invalid_request', 'email'],
    [{ email: 'a@b' }, 'invalid_request', 'email'],
    [{ email: 'a@example.com\n' }, 'invalid_request', 'email'],
    [{ email: 'a\u202e@example.com' }, 'invalid_request', 'email'],
    [{ email: `${'a'.repeat(250)}@example.com` }, 'invalid_request', 'email'],
    [{ email: 7 }, 'invalid_request', 'email'],
    [{ email: 'a@example.com', role: 'root' }, 'invalid_request', 'role'],
    [{ email: 'a@example.com', status: 'accepted' }, 'unknown_parameter', 'status'],
    [{ email: 'a@example.com', token: 'mine' }, 'unknown_parameter', 'token'],
    [{ email: 'a@example.com', user_id: 'user_1' }, 'unknown_parameter', 'user_id'],
  ])('%j is a 400 %s at %s, and no invite', async (body, code, param) => {
    expect(await call('POST', INVITES, { body })).toMatchObject(refusal(400, code, param));
    expect(await idsOf(INVITES)).toEqual([]);
  });

  test('the same address twice is a conflict, whatever its case, until the first invite ends or is withdrawn', async () => {
    const first = await invite('developer');
    const again = () => call('POST', INVITES, { body: { email: first.email.toUpperCase() } });
    expect(await again()).toMatchObject(refusal(409, 'conflict', 'email'));
    expect(await later(8 * 86_400, again)).toMatchObject({ statusCode: 201 });
    const second = await invite('developer');
    await call('DELETE', `${INVITES}/${second.id}`);
    expect(await call('POST', INVITES, { body: { email: second.email } })).toMatchObject({ statusCode: 201 });
  });

  test('of many invites of one address at the same time one is sent', async () => {
    const body = { email: 'wanted@example.com' };
    const answers = await Promise.all([1, 2, 3, 4].map(() => call('POST', INVITES, { body })));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409, 409, 409]);
    expect(await idsOf(INVITES)).toHaveLength(1);
  });

  test('a member is not invited again, until they have left', async () => {
    const person = await join('developer');
    const again = () => call('POST', INVITES, { body: { email: person.email } });
    expect(await again()).toMatchObject(refusal(409, 'conflict', 'email'));
    await call('DELETE', `${USERS}/${person.id}`);
    expect(await again()).toMatchObject({ statusCode: 201 });
  });

  test('the same address may be in two accounts', async () => {
    const { email } = await invite('developer');
    const other = await management.accounts.create();
    const answer = await call('POST', INVITES, { key: other.masterKey, body: { email } });
    expect(answer).toMatchObject({ statusCode: 201 });
  });

  test('withdrawing one that has ended leaves the address to whoever has it by then', async () => {
    const first = await invite('developer');
    const { id } = await later(8 * 86_400, async () => {
      const second = await call('POST', INVITES, { body: { email: first.email } });
      expect((await call('DELETE', `${INVITES}/${first.id}`)).statusCode).toBe(200);
      expect(await call('POST', INVITES, { body: { email: first.email } })).toMatchObject(
        refusal(409, 'conflict', 'email'),
      );
      return z.looseObject({ id: z.string() }).parse(second.body);
    });
    expect(await idsOf(INVITES)).toEqual([id]);
  });
});

describe('accepting an invite', () => {
  test('makes a member and their first key, which may what the role may', async () => {
    const { id, token, email } = await invite('auditor');
    const answer = await accept(id, { token, name: 'Ada ☃' });
    expect(answer).toMatchObject({
      statusCode: 201,
      headers: { 'cache-control': 'no-store' },
      body: {
        object: 'organization.user',
        id: expect.stringMatching(/^user_[0-9A-Za-z]{24}$/),
        name: 'Ada ☃',
        email,
        role: 'auditor',
        added_at: expect.any(Number),
        key: { object: 'api_key', type: 'user', status: 'active', key: expect.stringMatching(/^ask_/) },
      },
    });
    const { id: userId, key } = z
      .looseObject({ id: z.string(), key: z.looseObject({ key: z.string() }) })
      .parse(answer.body);
    expect((await call('GET', '/v1/key', { key: key.key })).body).toMatchObject({ user_id: userId, role: null });
    expect((await call('GET', USERS, { key: key.key })).statusCode).toBe(200);
    expect(await call('POST', '/v1/keys', { key: key.key, body: { name: 'k' } })).toMatchObject(
      refusal(403, 'permission_denied'),
    );
    expect((await call('GET', `${INVITES}/${id}`)).body).toMatchObject({
      status: 'accepted',
      email: null,
      user_id: userId,
      accepted_at: expect.any(Number),
    });
  });

  test('is told of by three events of one chain, without an address or a name', async () => {
    const { id, token, email } = await invite('developer');
    await accept(id, { token, name: 'Private Person' });
    const events = await lastEvents(4);
    expect(events.map(({ type }) => type)).toEqual(['invite.sent', 'invite.accepted', 'user.added', 'api_key.created']);
    expect(events[1]).toMatchObject({ actor: { type: 'session', session: { ip_address: '192.0.2.1' } } });
    const all = await readAudit(management.account.id);
    expect(verifyChain(management.account.id, all, canonicalDigest)).toMatchObject({ ok: true });
    for (const secret of [email, 'Private', token.slice(-38)]) expect(JSON.stringify(all)).not.toContain(secret);
  });

  test('works once, however many come at the same time', async () => {
    const { id, token } = await invite('developer');
    const answers = await Promise.all([1, 2, 3, 4].map(() => accept(id, { token })));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409, 409, 409]);
    expect(await accept(id, { token })).toMatchObject(refusal(409, 'conflict'));
    expect(await idsOf(USERS)).toHaveLength(1);
  });

  test('takes the token of that very invite: any other is told by nothing from no invite', async () => {
    const mine = await invite('developer');
    const other = await invite('owner');
    const stranger = await management.accounts.create();
    const theirs = await call('POST', INVITES, { key: stranger.masterKey, body: { email: 'x@example.com' } });
    const { token } = z.looseObject({ token: z.string() }).parse(theirs.body);
    const wrong = [
      ...['', 'noise', 'ask_invite_', mine.token.slice(0, -1), `${mine.token}x`, `${mine.token} `],
      ...[other.token, token, management.account.masterKey],
    ];
    const texts = await Promise.all(wrong.map(async (text) => (await accept(mine.id, { token: text })).body));
    const unknown = await accept('invite_000000000000000000000000', { token: mine.token });
    expect(unknown).toMatchObject(refusal(404, 'not_found'));
    for (const text of texts) expect(text).toEqual(unknown.body);
    expect((await accept(mine.id, { token: mine.token })).statusCode).toBe(201);
  });

  test('is over once the invite has ended or been withdrawn, and only who holds the token learns it', async () => {
    const late = await invite('developer');
    expect(await later(8 * 86_400, () => accept(late.id, { token: late.token }))).toMatchObject(
      refusal(409, 'conflict'),
    );
    const withdrawn = await invite('developer');
    await call('DELETE', `${INVITES}/${withdrawn.id}`);
    expect(await accept(withdrawn.id, { token: withdrawn.token })).toMatchObject(refusal(409, 'conflict'));
    expect(await accept(withdrawn.id, { token: late.token })).toMatchObject(refusal(404, 'not_found'));
    expect(await idsOf(USERS)).toEqual([]);
  });

  test('into an account that was closed meanwhile fails', async () => {
    const { id, token } = await invite('developer');
    await management.accounts.patchAccount(management.account.id, { status: 'closed' });
    expect(await accept(id, { token })).toMatchObject(refusal(404, 'not_found'));
  });

  test.each([
    [{}, 'invalid_request', 'token'],
    [{ token: 7 }, 'invalid_request', 'token'],
    [{ token: 'x'.repeat(201) }, 'invalid_request', 'token'],
    [{ token: 'x', name: 'a\u0000b' }, 'invalid_request', 'name'],
    [{ token: 'x', role: 'owner' }, 'unknown_parameter', 'role'],
    [{ token: 'x', email: 'other@example.com' }, 'unknown_parameter', 'email'],
  ])('with %j is a 400 %s at %s', async (body, code, param) => {
    const { id } = await invite('developer');
    expect(await accept(id, body)).toMatchObject(refusal(400, code, param));
  });

  test('raises the account’s version in all of its counters', async () => {
    await join('developer');
    expect(await management.accounts.readScope(`account:${management.account.id}`)).toMatchObject({ policyVersion: 2 });
  });
});

describe('withdrawing an invite', () => {
  test('takes it off the list, for good', async () => {
    const { id } = await invite('developer');
    expect(await call('DELETE', `${INVITES}/${id}`)).toMatchObject({
      statusCode: 200,
      body: { object: 'organization.invite.deleted', id, deleted: true },
    });
    for (const method of ['GET', 'DELETE']) {
      expect(await call(method, `${INVITES}/${id}`)).toMatchObject(refusal(404, 'not_found'));
    }
    expect(await idsOf(INVITES)).toEqual([]);
  });

  test('that was accepted is a conflict', async () => {
    const { id, token } = await invite('developer');
    await accept(id, { token });
    expect(await call('DELETE', `${INVITES}/${id}`)).toMatchObject(refusal(409, 'conflict'));
  });
});

describe('a member', () => {
  test('is shown as OpenAI shows one, alone and in pages', async () => {
    const people = [await join('developer'), await join('billing'), await join('auditor')];
    const ids = people.map(({ id }) => id).sort();
    expect(await idsOf(USERS)).toEqual(ids);
    const page = list.parse((await call('GET', USERS, { query: { limit: '2' } })).body);
    expect(page).toMatchObject({ first_id: ids[0], last_id: ids[1], has_more: true });
    const rest = list.parse((await call('GET', USERS, { query: { limit: '2', after: ids[1] ?? '' } })).body);
    expect(rest).toMatchObject({ data: [{ id: ids[2] }], has_more: false });
    const [first] = people;
    expect(await call('GET', `${USERS}/${first?.id}`)).toMatchObject({
      statusCode: 200,
      headers: { etag: '"1"' },
      body: { object: 'organization.user', id: first?.id, email: first?.email, role: 'developer' },
    });
  });

  test('who gets another role is held to it in all of their keys at once', async () => {
    const person = await join('developer');
    const own = await createKey({ name: 'own' }, person.key);
    expect(own.body).toMatchObject({ user_id: person.id });
    expect(await call('PATCH', `${USERS}/${person.id}`, { body: { role: 'auditor' } })).toMatchObject({
      statusCode: 200,
      headers: { etag: '"2"' },
      body: { role: 'auditor' },
    });
    for (const key of [person.key, own.key]) {
      expect((await call('GET', USERS, { key })).statusCode).toBe(200);
      expect(await call('POST', '/v1/keys', { key, body: { name: 'k' } })).toMatchObject(
        refusal(403, 'permission_denied'),
      );
    }
    const { version } = z.object({ version: z.int() }).parse({
      version: (await management.accounts.readScope(`account:${management.account.id}`))?.['policyVersion'],
    });
    expect(version).toBe(3);
  });

  test('who is removed takes all of their keys with them, and leaves nothing of the person', async () => {
    const person = await join('admin');
    const own = await createKey({ name: 'own', type: 'spend_limit', max_budget: '1' }, person.key);
    const service = await createKey({ name: 'of the account', user_id: null }, person.key);
    expect(await call('DELETE', `${USERS}/${person.id}`)).toMatchObject({
      statusCode: 200,
      body: { object: 'organization.user.deleted', id: person.id, deleted: true },
    });
    for (const key of [person.key, own.key]) {
      expect(await call('GET', '/v1/key', { key })).toMatchObject(refusal(401, 'key_disabled'));
    }
    expect((await call('GET', '/v1/key', { key: service.key })).statusCode).toBe(200);
    expect((await call('GET', `/v1/keys/${own.id}`)).body).toMatchObject({ status: 'disabled', user_id: person.id });
    expect(await call('GET', `${USERS}/${person.id}`)).toMatchObject(refusal(404, 'not_found'));
    const left = JSON.stringify(await management.accounts.readMember(management.account.id, person.id));
    expect(left).toContain(person.id);
    for (const text of [person.email, 'Name of']) expect(left).not.toContain(text);
    expect(JSON.stringify(await readAudit(management.account.id))).not.toContain(person.email);
  });

  test('of the last owner neither the role goes nor the person', async () => {
    const first = await join('owner');
    const last = refusal(409, 'conflict');
    expect(await call('DELETE', `${USERS}/${first.id}`)).toMatchObject(last);
    expect(await call('PATCH', `${USERS}/${first.id}`, { body: { role: 'admin' } })).toMatchObject(last);
    const second = await join('owner');
    expect((await call('DELETE', `${USERS}/${first.id}`)).statusCode).toBe(200);
    expect(await call('DELETE', `${USERS}/${second.id}`)).toMatchObject(last);
  });

  test('of two owners who remove each other at the same time one stays', async () => {
    const one = await join('owner');
    const two = await join('owner');
    const answers = await Promise.all([
      call('DELETE', `${USERS}/${two.id}`, { key: one.key }),
      call('DELETE', `${USERS}/${one.id}`, { key: two.key }),
    ]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 401]);
    expect(await idsOf(USERS)).toHaveLength(1);
  });

  test('of many owners who step down at the same time one stays an owner', async () => {
    const people = [await join('owner'), await join('owner'), await join('owner')];
    await Promise.all(people.map(({ id }) => call('PATCH', `${USERS}/${id}`, { body: { role: 'auditor' } })));
    const roles = list.parse((await call('GET', USERS)).body).data.map(({ role }) => role);
    expect(roles.filter((role) => role === 'owner').length).toBeGreaterThanOrEqual(1);
  });

  test.each([
    [{ role: 'root' }, 'invalid_request', 'role'],
    [{ role: null }, 'invalid_request', 'role'],
    [{ name: '' }, 'invalid_request', 'name'],
    [{ email: 'other@example.com' }, 'unknown_parameter', 'email'],
    [{ id: 'user_1' }, 'unknown_parameter', 'id'],
    [{ status: 'removed' }, 'unknown_parameter', 'status'],
  ])('changed by %j is a 400 %s at %s', async (body, code, param) => {
    const person = await join('developer');
    expect(await call('PATCH', `${USERS}/${person.id}`, { body })).toMatchObject(refusal(400, code, param));
  });

  test('is changed from the version that was seen alone', async () => {
    const person = await join('developer');
    const headers = { 'if-match': '"1"' };
    expect((await call('PATCH', `${USERS}/${person.id}`, { headers, body: { name: 'One' } })).statusCode).toBe(200);
    expect(await call('PATCH', `${USERS}/${person.id}`, { headers, body: { name: 'Two' } })).toMatchObject(
      refusal(412, 'version_mismatch'),
    );
    expect(await call('DELETE', `${USERS}/${person.id}`, { headers })).toMatchObject(refusal(412, 'version_mismatch'));
  });

  test('is told of by events that hold neither name nor address', async () => {
    const person = await join('developer');
    await call('PATCH', `${USERS}/${person.id}`, { body: { role: 'billing', name: 'Private' } });
    await call('DELETE', `${USERS}/${person.id}`);
    expect(await lastEvents(2)).toMatchObject([
      {
        type: 'user.updated',
        'user.updated': { id: person.id, version: 2, fields: ['role', 'name'], changes_requested: { role: 'billing' } },
      },
      { type: 'user.deleted', 'user.deleted': { id: person.id, version: 3 } },
    ]);
  });
});

describe('nobody hands out, changes or takes away more than they may themselves', () => {
  test('an admin makes no owner, and touches none', async () => {
    const owner = await join('owner');
    const admin = await join('admin');
    const developer = await join('developer');
    const denied = refusal(403, 'permission_denied');
    const asAdmin = (method: string, path: string, body?: object) => call(method, path, { key: admin.key, body });
    expect(await asAdmin('POST', INVITES, { email: 'o@example.com', role: 'owner' })).toMatchObject(denied);
    expect(await asAdmin('PATCH', `${USERS}/${developer.id}`, { role: 'owner' })).toMatchObject(denied);
    expect(await asAdmin('PATCH', `${USERS}/${admin.id}`, { role: 'owner' })).toMatchObject(denied);
    expect(await asAdmin('PATCH', `${USERS}/${owner.id}`, { role: 'developer' })).toMatchObject(denied);
    expect(await asAdmin('DELETE', `${USERS}/${owner.id}`)).toMatchObject(denied);
    expect((await asAdmin('PATCH', `${USERS}/${developer.id}`, { role: 'admin' })).statusCode).toBe(200);
  });

  test('an admin neither makes nor changes the keys of those who may more', async () => {
    const owner = await join('owner');
    const admin = await join('admin');
    const denied = refusal(403, 'permission_denied');
    const asAdmin = (method: string, path: string, body?: object) => call(method, path, { key: admin.key, body });
    for (const body of [
      { name: 'k', type: 'master' },
      { name: 'k', user_id: owner.id },
      { name: 'k', user_id: null, role: 'owner' },
      { name: 'k', user_id: null, permissions: ['account.delete'] },
    ]) {
      expect(await asAdmin('POST', '/v1/keys', body)).toMatchObject(denied);
    }
    for (const id of [owner.keyId, management.account.masterId]) {
      expect(await asAdmin('PATCH', `/v1/keys/${id}`, { name: 'mine' })).toMatchObject(denied);
      expect(await asAdmin('POST', `/v1/keys/${id}/rotate`, {})).toMatchObject(denied);
      expect(await asAdmin('DELETE', `/v1/keys/${id}`)).toMatchObject(denied);
      expect((await asAdmin('GET', `/v1/keys/${id}`)).statusCode).toBe(200);
    }
    expect((await asAdmin('POST', '/v1/keys', { name: 'k', user_id: owner.id, role: 'admin' })).statusCode).toBe(201);
  });

  test('an owner revokes and rotates a master key that leaked', async () => {
    const owner = await join('owner');
    const master = await createKey({ name: 'second', type: 'master' });
    expect((await call('POST', `/v1/keys/${master.id}/rotate`, { key: owner.key, body: {} })).statusCode).toBe(200);
    expect((await call('DELETE', `/v1/keys/${master.id}`, { key: owner.key })).statusCode).toBe(200);
  });

  test('a key that may little does not give itself more', async () => {
    const admin = await join('admin');
    const little = await createKey({ name: 'little', permissions: ['keys.write', 'keys.read'] }, admin.key);
    const asLittle = (method: string, path: string, body?: object) => call(method, path, { key: little.key, body });
    const denied = refusal(403, 'permission_denied');
    for (const body of [{ permissions: null }, { permissions: ['keys.write', 'inference'] }]) {
      expect(await asLittle('PATCH', `/v1/keys/${little.id}`, body)).toMatchObject(denied);
    }
    expect(await asLittle('POST', '/v1/keys', { name: 'k' })).toMatchObject(denied);
    expect(await asLittle('POST', `/v1/keys/${admin.keyId}/rotate`, {})).toMatchObject(denied);
    const less = await asLittle('POST', '/v1/keys', { name: 'k', permissions: ['keys.read'] });
    expect(less).toMatchObject({ statusCode: 201, body: { user_id: admin.id } });
  });

  test('a developer reaches their own keys, and nobody else’s, by any route', async () => {
    const one = await join('developer');
    const two = await join('developer');
    const mine = await createKey({ name: 'mine' }, one.key);
    const asOne = (method: string, path: string, body?: object) => call(method, path, { key: one.key, body });
    const keys = list.parse((await asOne('GET', '/v1/keys')).body).data.map(({ id }) => id);
    expect(keys.sort()).toEqual([mine.id, one.keyId].sort());
    for (const id of [two.keyId, management.account.masterId]) {
      for (const [method, path, body] of [
        ['GET', `/v1/keys/${id}`],
        ['PATCH', `/v1/keys/${id}`, { name: 'mine' }],
        ['POST', `/v1/keys/${id}/rotate`, {}],
        ['DELETE', `/v1/keys/${id}`],
      ] as const) {
        expect(await asOne(method, path, body)).toMatchObject(refusal(404, 'not_found'));
      }
    }
    const listed = await call('GET', '/v1/keys', { key: one.key, query: { user_id: two.id } });
    expect(listed.body).toMatchObject({ data: [], has_more: false });
    for (const user_id of [two.id, null]) {
      expect(await asOne('POST', '/v1/keys', { name: 'k', user_id })).toMatchObject(
        refusal(403, 'permission_denied', 'user_id'),
      );
    }
    expect((await asOne('DELETE', `/v1/keys/${mine.id}`)).statusCode).toBe(200);
  });

  test('a change is not made once the right to it was taken away while it was under way', async () => {
    const admin = await join('admin');
    const target = await createKey();
    management.failNext({ operation: 'TransactWriteItems', fault: 'conflict' });
    const change = call('PATCH', `/v1/keys/${target.id}`, { key: admin.key, body: { name: 'mine' } });
    const [changed, demoted] = await Promise.all([
      change,
      call('PATCH', `${USERS}/${admin.id}`, { body: { role: 'auditor' } }),
    ]);
    expect(demoted.statusCode).toBe(200);
    const after = await call('PATCH', `/v1/keys/${target.id}`, { key: admin.key, body: { name: 'late' } });
    expect(after).toMatchObject(refusal(403, 'permission_denied'));
    const name = changed.statusCode === 200 ? 'mine' : 'k';
    expect(await management.accounts.readKey(target.id)).toMatchObject({ name });
  });
});
