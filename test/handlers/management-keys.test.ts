import { describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { auditEntry } from '../../lambdas/domain/audit/audit-event.ts';
import { useManagementFunction } from '../support/management-function.ts';

const rotated = z.looseObject({
  id: z.string(),
  key: z.string().regex(/^ask_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/),
  last4: z.string(),
  previous_secret_expires_at: z.int().nullable(),
});

const management = useManagementFunction();
const { call, createKey, readAudit } = management;

const statusOf = async (key: string) => (await call('GET', '/v1/key', { key })).statusCode;

async function rotate(id: string, body: object = {}) {
  const answer = await call('POST', `/v1/keys/${id}/rotate`, { body });
  expect(answer).toMatchObject({ statusCode: 200, headers: { 'cache-control': 'no-store' } });
  return rotated.parse(answer.body);
}

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

describe('rotating a key', () => {
  test('keeps its id and all that is set, and takes the new secret alone', async () => {
    const { id, key, body } = await createKey({ name: 'k', max_budget: '5', tags: ['a'] });
    const after = await rotate(id);
    expect(after.key).not.toBe(key);
    expect(after.key.slice(4, 16)).toBe(id);
    expect(await statusOf(after.key)).toBe(200);
    expect(await call('GET', '/v1/key', { key })).toMatchObject({
      statusCode: 401,
      body: { error: { code: 'key_expired', message: expect.stringContaining('rotated') } },
    });
    expect({ ...after, key: '', last4: '' }).toEqual({ ...Object(body), key: '', last4: '' });
    expect(after.last4).toBe(after.key.slice(-4));
    expect(JSON.stringify((await call('GET', `/v1/keys/${id}`)).body)).not.toContain(after.key.slice(17, 49));
  });

  test('with a grace takes both secrets, and after it the new one alone', async () => {
    const { id, key } = await createKey();
    const after = await rotate(id, { grace_period: 3_600 });
    expect(after.previous_secret_expires_at).toBeGreaterThan(Date.now() / 1000 + 3_590);
    expect([await statusOf(key), await statusOf(after.key)]).toEqual([200, 200]);
    expect(await later(3_610, async () => [await statusOf(key), await statusOf(after.key)])).toEqual([401, 200]);
    expect(await later(3_610, async () => (await call('GET', `/v1/keys/${id}`)).body)).toMatchObject({
      previous_secret_expires_at: null,
    });
  });

  test('again ends the grace of the rotation before', async () => {
    const { id, key } = await createKey();
    const first = await rotate(id, { grace_period: 3_600 });
    const second = await rotate(id, { grace_period: 60 });
    expect(await Promise.all([key, first.key, second.key].map(statusOf))).toEqual([401, 200, 200]);
    expect((await call('GET', '/v1/key', { key })).body).toMatchObject({ error: { code: 'invalid_api_key' } });
    const third = await rotate(id);
    expect(await Promise.all([first.key, second.key, third.key].map(statusOf))).toEqual([401, 401, 200]);
  });

  test('raises the version of the record and of its counters, and is told of without a secret', async () => {
    const { id } = await createKey({ name: 'k', model_limits: { 'openai/*': {} } });
    const after = await rotate(id, { grace_period: 10 });
    for (const scope of [`key:${id}`, `key:${id}:openai/*`]) {
      expect(await management.accounts.readScope(scope)).toMatchObject({ policyVersion: 2 });
    }
    const [event] = (await readAudit(management.account.id)).slice(-1);
    expect(auditEntry.parse(event)).toMatchObject({
      type: 'api_key.rotated',
      'api_key.rotated': { id, policy_version: 2, previous_secret_expires_at: after.previous_secret_expires_at },
    });
    const stored = JSON.stringify([event, await management.accounts.readKey(id)]);
    expect(stored).not.toContain(after.key.slice(17, 49));
  });

  test('is what a master key can do to itself', async () => {
    const after = await rotate(management.account.masterId, { grace_period: 60 });
    expect((await call('GET', '/v1/keys', { key: after.key })).statusCode).toBe(200);
    expect((await call('GET', '/v1/keys')).statusCode).toBe(200);
  });

  test('of many rotations at the same time each that is made gives a secret, and the last one works', async () => {
    const { id } = await createKey();
    const answers = await Promise.all([1, 2, 3, 4].map(() => call('POST', `/v1/keys/${id}/rotate`, { body: {} })));
    const made = answers.filter(({ statusCode }) => statusCode === 200).map(({ body }) => rotated.parse(body).key);
    for (const { statusCode } of answers) expect([200, 409]).toContain(statusCode);
    const states = await Promise.all(made.map(statusOf));
    expect(states.filter((status) => status === 200)).toHaveLength(1);
    expect(await management.accounts.readKey(id)).toMatchObject({ policyVersion: made.length + 1 });
  });

  test('is refused for a key that was revoked', async () => {
    const { id } = await createKey();
    await call('DELETE', `/v1/keys/${id}`);
    const answer = await call('POST', `/v1/keys/${id}/rotate`, { body: {} });
    expect(answer).toMatchObject({ statusCode: 409, body: { error: { code: 'conflict' } } });
  });

  test.each([
    [{ grace_period: -1 }, 'invalid_request', 'grace_period'],
    [{ grace_period: 1.5 }, 'invalid_request', 'grace_period'],
    [{ grace_period: '1h' }, 'invalid_request', 'grace_period'],
    [{ grace_period: 2_592_001 }, 'invalid_request', 'grace_period'],
    [{ grace: 5 }, 'unknown_parameter', 'grace'],
    [{ key: 'ask_chosen' }, 'unknown_parameter', 'key'],
  ])('with %j is a 400 %s at %s, and changes nothing', async (body, code, param) => {
    const { id, key } = await createKey();
    expect(await call('POST', `/v1/keys/${id}/rotate`, { body })).toMatchObject({
      statusCode: 400,
      body: { error: { code, param } },
    });
    expect(await statusOf(key)).toBe(200);
  });
});

describe('a change of a version that was seen', () => {
  const etag = z.object({ etag: z.string() });
  const tagOf = async (id: string) => etag.parse((await call('GET', `/v1/keys/${id}`)).headers).etag;

  const changes = [
    ['PATCH', '', { name: 'new' }],
    ['POST', '/rotate', {}],
    ['DELETE', '', undefined],
  ] as const;

  test.each(changes)('by %s%s is made from it, and from no other', async (method, suffix, body) => {
    const { id } = await createKey();
    const seen = await tagOf(id);
    await call('PATCH', `/v1/keys/${id}`, { body: { tags: ['meanwhile'] } });
    const before = await management.accounts.readKey(id);
    const late = await call(method, `/v1/keys/${id}${suffix}`, { body, headers: { 'If-Match': seen } });
    expect(late).toMatchObject({ statusCode: 412, body: { error: { code: 'version_mismatch', param: null } } });
    expect(await management.accounts.readKey(id)).toEqual(before);
    const headers = { 'if-match': await tagOf(id) };
    expect((await call(method, `/v1/keys/${id}${suffix}`, { body, headers })).statusCode).toBe(200);
  });

  test.each(changes)('by %s%s with what is no tag is refused', async (method, suffix, body) => {
    const { id } = await createKey();
    const answer = await call(method, `/v1/keys/${id}${suffix}`, { body, headers: { 'if-match': 'latest' } });
    expect(answer).toMatchObject({ statusCode: 400, body: { error: { code: 'invalid_request', param: 'if-match' } } });
  });

  test('that lost against another that saw the same is told so, however they meet', async () => {
    const { id } = await createKey();
    const headers = { 'if-match': await tagOf(id) };
    const patch = (name: string) => call('PATCH', `/v1/keys/${id}`, { body: { name }, headers });
    const answers = await Promise.all(['a', 'b', 'c'].map(patch));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 412, 412]);
  });

  test('its answer has the tag of the new version', async () => {
    const { id } = await createKey();
    const answer = await call('PATCH', `/v1/keys/${id}`, { body: { name: 'new' } });
    expect(answer.headers).toMatchObject({ etag: await tagOf(id) });
  });
});

describe('a key that is bound to where it is used', () => {
  const denied = (code: string) => ({ statusCode: 403, body: { error: { code, param: null } } });

  test('is held to its addresses on the management plane too, by the connection and never by a header', async () => {
    const { key } = await createKey({ name: 'k', type: 'master', allowed_ips: ['198.51.100.0/24'] });
    expect((await call('GET', '/v1/keys', { key, sourceIp: '198.51.100.9' })).statusCode).toBe(200);
    const headers = { 'x-forwarded-for': '198.51.100.9', 'x-real-ip': '198.51.100.9', forwarded: 'for=198.51.100.9' };
    for (const path of ['/v1/keys', '/v1/key']) {
      expect(await call('GET', path, { key, headers })).toMatchObject(denied('ip_not_allowed'));
    }
  });

  test('is held to its domains', async () => {
    const { key } = await createKey({ name: 'k', type: 'master', allowed_domains: ['*.example.com'] });
    const from = (headers: Record<string, string>) => call('GET', '/v1/keys', { key, headers });
    expect((await from({ Origin: 'https://app.example.com' })).statusCode).toBe(200);
    expect((await from({ referer: 'https://app.example.com/page' })).statusCode).toBe(200);
    for (const origin of ['https://example.com', 'null']) {
      expect(await from({ origin })).toMatchObject(denied('origin_not_allowed'));
    }
    expect(await from({})).toMatchObject(denied('origin_not_allowed'));
  });

  test('is held to the environment that the request names', async () => {
    const { key } = await createKey({ name: 'k', environment: 'production' });
    const from = (environment: string) =>
      call('GET', '/v1/key', { key, headers: { 'X-Portcullis-Environment': environment } });
    expect((await from('production')).statusCode).toBe(200);
    expect(await from('staging')).toMatchObject(denied('permission_denied'));
  });

  test('a stranger without the secret does not learn where it may be used', async () => {
    const { id } = await createKey({ name: 'k', allowed_ips: ['198.51.100.0/24'] });
    const other = await createKey();
    const forged = other.key.replace(other.id, id);
    expect((await call('GET', '/v1/key', { key: forged })).body).toMatchObject({ error: { code: 'invalid_api_key' } });
  });
});

describe('the status of a key', () => {
  test('is expired once its end has come', async () => {
    const { id } = await createKey({ name: 'k', expires_at: Math.floor(Date.now() / 1000) + 60 });
    expect((await call('GET', `/v1/keys/${id}`)).body).toMatchObject({ status: 'active' });
    expect(await later(61, async () => (await call('GET', `/v1/keys/${id}`)).body)).toMatchObject({
      status: 'expired',
    });
  });
});

describe('a list of keys', () => {
  test('is narrowed to an environment', async () => {
    const { id } = await createKey({ name: 'k', environment: 'production' });
    await createKey({ name: 'k', environment: 'staging' });
    const answer = await call('GET', '/v1/keys', { query: { environment: 'production' } });
    expect(answer).toMatchObject({ statusCode: 200, body: { data: [{ id, environment: 'production' }] } });
    expect(await call('GET', '/v1/keys', { query: { environment: 'live' } })).toMatchObject({
      statusCode: 400,
      body: { error: { code: 'invalid_request', param: 'environment' } },
    });
  });
});
