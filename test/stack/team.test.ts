import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { send, sendAsOperator } from '../support/gateway.ts';

const account = z.object({ id: z.string(), key: z.object({ key: z.string() }) });
const invite = z.object({ id: z.string(), token: z.string() });
const joined = z.object({ id: z.string(), key: z.object({ id: z.string(), key: z.string() }) });
const made = z.object({ id: z.string(), key: z.string() });

function as(key: string | undefined) {
  const headers = { 'content-type': 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) };
  return async (method: string, path: string, body?: object) => {
    const answer = await send({ method, path, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
    expect([200, 201], `${method} ${path}: ${answer.text}`).toContain(answer.status);
    return answer.json;
  };
}

async function createAccount() {
  const body = { name: 'team', plan: 'developer' };
  return account.parse((await sendAsOperator({ path: '/admin/accounts', body })).json);
}

describe('a team, from its account to its last key, through the running stack', () => {
  it('invites a member, whose key does what their role says until they are removed', async () => {
    const { key } = await createAccount();
    const owner = as(key.key);
    const { id, token } = invite.parse(
      await owner('POST', '/v1/organization/invites', { email: 'ada@example.com', role: 'developer' }),
    );
    expect(await owner('GET', `/v1/organization/invites/${id}`)).toMatchObject({ status: 'pending' });
    const member = joined.parse(await as(undefined)('POST', `/v1/organization/invites/${id}/accept`, { token }));
    expect(await owner('GET', '/v1/organization/users')).toMatchObject({ data: [{ id: member.id }] });

    const asMember = as(member.key.key);
    const own = made.parse(await asMember('POST', '/v1/keys', { name: 'mine' }));
    await owner('PATCH', `/v1/organization/users/${member.id}`, { role: 'billing' });
    const refused = await send({
      method: 'POST',
      path: '/v1/keys',
      headers: { authorization: `Bearer ${own.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'another' }),
    });
    expect(refused.status).toBe(403);

    await owner('DELETE', `/v1/organization/users/${member.id}`);
    const gone = await send({ method: 'GET', path: '/v1/key', headers: { authorization: `Bearer ${own.key}` } });
    expect(gone.status).toBe(401);
  });

  it('keeps secrets where the account asks for it, its own credentials, and both through a re-wrap', async () => {
    const { id, key } = await createAccount();
    const owner = as(key.key);
    await owner('PATCH', '/v1/account', { recoverable_keys: true });
    const kept = made.parse(await owner('POST', '/v1/keys', { name: 'kept' }));
    const credential = { object: 'provider_credential', provider: 'groq', last4: 'abcd' };
    expect(await owner('PUT', '/v1/providers/groq/credential', { api_key: 'gsk-of-the-team-abcd' })).toMatchObject(
      credential,
    );

    const rewrapped = await sendAsOperator({ path: '/admin/rewrap', body: { tenant: id } });
    expect(rewrapped.json).toMatchObject({ rewrapped: 2, has_more: false });

    expect(await owner('POST', `/v1/keys/${kept.id}/reveal`, {})).toMatchObject({ key: kept.key });
    expect(await owner('GET', '/v1/providers/groq/credential')).toMatchObject(credential);
    expect(await owner('DELETE', '/v1/providers/groq/credential')).toMatchObject({ deleted: true });
  });

  it('is listed, shown, suspended and taken back by the operator', async () => {
    const { id, key } = await createAccount();
    const path = `/admin/accounts/${id}`;
    const page = z.object({ data: z.array(z.object({ id: z.string() })) });
    const listed = page.parse((await sendAsOperator({ method: 'GET', path: '/admin/accounts', body: '' })).json);
    expect(listed.data.length).toBeGreaterThan(0);
    expect((await sendAsOperator({ method: 'GET', path, body: '' })).json).toMatchObject({ id, status: 'active' });
    const suspended = await sendAsOperator({ method: 'PATCH', path, body: { status: 'suspended' } });
    expect(suspended.json).toMatchObject({ status: 'suspended' });
    const headers = { authorization: `Bearer ${key.key}` };
    expect((await send({ method: 'GET', path: '/v1/key', headers })).status).toBe(401);
    await sendAsOperator({ method: 'PATCH', path, body: { status: 'active' } });
    expect((await send({ method: 'GET', path: '/v1/key', headers })).status).toBe(200);
  });

  it('tells a browser that any page may ask, without a key', async () => {
    for (const path of ['/v1/keys', '/v1/account', '/v1/organization/invites', '/v1/chat/completions']) {
      const answer = await send({ method: 'OPTIONS', path, headers: { origin: 'https://app.example.com' } });
      expect(answer.status, path).toBe(204);
      expect(answer.headers['access-control-allow-origin'], path).toBe('*');
      expect(answer.headers['access-control-allow-credentials'], path).toBeUndefined();
    }
  });
});
