import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { canonicalDigest } from '../../lambdas/crypto/canonical-digest.ts';
import { verifyChain } from '../../lambdas/domain/audit/audit-chain.ts';
import { auditEntry } from '../../lambdas/domain/audit/audit-event.ts';
import { eventOf, list, REQUEST_ID, useManagementFunction } from '../support/management-function.ts';
import { forgedKey, unknownKey } from '../support/memory-ports.ts';

const CANARY = 'canary-7Qx2';

describe('the management function', () => {
  const management = useManagementFunction();
  const { call, createKey, failNext, invoke, invokeRaw, readAudit } = management;

  describe('creating a key', () => {
    test('answers with everything that is set, and with the secret, once', async () => {
      const settings = {
        name: 'Search ☃',
        type: 'spend_limit',
        models: ['openai/gpt-5*', 'mistral/*'],
        max_budget: '12.5',
        budget_duration: 'monthly',
        rpm_limit: 60,
        tpm_limit: 100_000,
        max_parallel_requests: 4,
        model_limits: { 'openai/*': { max_budget: '0.000000001', rpm_limit: 5 } },
        expires_at: 4_000_000_000,
        allowed_domains: ['*.example.com', 'localhost:3000'],
        allowed_ips: ['192.0.2.0/24', '2001:db8::/32'],
        environment: 'staging',
        moderation: 'flag',
        zero_logging: true,
        metadata: { team: 'search' },
        tags: ['a', 'b'],
      };
      const { id, key, body } = await createKey(settings);
      expect(key).toMatch(/^ask_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/);
      const shown = {
        object: 'api_key',
        id: key.slice(4, 16),
        status: 'active',
        last4: key.slice(-4),
        created_at: expect.any(Number),
        user_id: null,
        role: null,
        permissions: null,
        previous_secret_expires_at: null,
        recoverable: false,
        ...settings,
        max_budget: '12.50',
        model_limits: {
          'openai/*': {
            max_budget: '0.000000001',
            rpm_limit: 5,
            tpm_limit: null,
            spend: '0.00',
            spend_reserved: '0.00',
            budget_remaining: '0.000000001',
            budget_reset_at: expect.any(Number),
          },
        },
        spend: '0.00',
        spend_reserved: '0.00',
        budget_remaining: '12.50',
        budget_reset_at: expect.any(Number),
      };
      expect(body).toEqual({ ...shown, key });
      const again = await call('GET', `/v1/keys/${id}`);
      expect(again).toMatchObject({ statusCode: 200, headers: { 'x-request-id': REQUEST_ID } });
      expect(again.body).toEqual(shown);
      expect(JSON.stringify((await call('GET', '/v1/keys')).body)).not.toContain(key.slice(17, 49));
    });

    test('with only a name gives a user key that nothing limits', async () => {
      const { body } = await createKey({ name: 'k', rpm_limit: null, model_limits: null });
      expect(body).toMatchObject({
        type: 'user',
        models: null,
        max_budget: null,
        budget_duration: 'none',
        rpm_limit: null,
        tpm_limit: null,
        max_parallel_requests: null,
        model_limits: {},
        expires_at: null,
        user_id: null,
        role: null,
        permissions: null,
        allowed_domains: null,
        allowed_ips: null,
        environment: null,
        moderation: 'off',
        previous_secret_expires_at: null,
        zero_logging: false,
        metadata: {},
        tags: [],
        spend: '0.00',
        budget_remaining: null,
        budget_reset_at: null,
      });
    });

    test('makes a key that works at once, by any of the headers', async () => {
      const { id, key } = await createKey();
      const event = { ...eventOf({ method: 'GET', path: '/v1/key' }), headers: { 'x-api-key': key } };
      expect(await invokeRaw(event)).toMatchObject({ statusCode: 200, body: { id } });
    });

    test('opens the counters of the key and of each of its patterns, at the first version', async () => {
      const { id } = await createKey({ name: 'k', model_limits: { 'openai/*': { rpm_limit: 1 } } });
      for (const scope of [
        `key:${id}`,
        `key:${id}:openai/*`,
        `account:${management.account.id}`,
        `key:${management.account.masterId}`,
      ]) {
        expect(await management.accounts.readScope(scope)).toMatchObject({ policyVersion: 1, committed: 0, open: {} });
      }
    });

    test.each<[object, string, string]>([
      [{}, 'invalid_request', 'name'],
      [{ name: '' }, 'invalid_request', 'name'],
      [{ name: 'a\nb' }, 'invalid_request', 'name'],
      [{ name: 'k', type: 'root' }, 'invalid_request', 'type'],
      [{ name: 'k', type: 'spend_limit' }, 'invalid_request', 'max_budget'],
      [{ name: 'k', type: 'spend_limit', max_budget: null }, 'invalid_request', 'max_budget'],
      [{ name: 'k', max_budget: 5 }, 'invalid_request', 'max_budget'],
      [{ name: 'k', max_budget: '-0.01' }, 'invalid_request', 'max_budget'],
      [{ name: 'k', max_budget: '1e3' }, 'invalid_request', 'max_budget'],
      [{ name: 'k', max_budget: '9000001' }, 'invalid_request', 'max_budget'],
      [{ name: 'k', max_budget: '0.0000000001' }, 'invalid_request', 'max_budget'],
      [{ name: 'k', budget_duration: 'hourly' }, 'invalid_request', 'budget_duration'],
      [{ name: 'k', rpm_limit: 0 }, 'invalid_request', 'rpm_limit'],
      [{ name: 'k', rpm_limit: 1.5 }, 'invalid_request', 'rpm_limit'],
      [{ name: 'k', rpm_limit: '60' }, 'invalid_request', 'rpm_limit'],
      [{ name: 'k', tpm_limit: -1 }, 'invalid_request', 'tpm_limit'],
      [{ name: 'k', tpm_limit: 1e300 }, 'invalid_request', 'tpm_limit'],
      [{ name: 'k', max_parallel_requests: 0 }, 'invalid_request', 'max_parallel_requests'],
      [{ name: 'k', models: [] }, 'invalid_request', 'models'],
      [{ name: 'k', models: ['a b'] }, 'invalid_request', 'models[0]'],
      [{ name: 'k', models: 'openai/*' }, 'invalid_request', 'models'],
      [{ name: 'k', model_limits: { 'a#b': {} } }, 'invalid_request', 'model_limits.a#b'],
      [
        { name: 'k', model_limits: { a: { max_parallel_requests: 1 } } },
        'unknown_parameter',
        'model_limits.a.max_parallel_requests',
      ],
      [
        { name: 'k', model_limits: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`m${i}`, {}])) },
        'invalid_request',
        'model_limits',
      ],
      [{ name: 'k', expires_at: 1 }, 'invalid_request', 'expires_at'],
      [{ name: 'k', expires_at: 4_000_000_000_000 }, 'invalid_request', 'expires_at'],
      [{ name: 'k', expires_at: '2030-01-01' }, 'invalid_request', 'expires_at'],
      [{ name: 'k', environment: 'live' }, 'invalid_request', 'environment'],
      [{ name: 'k', moderation: 'on' }, 'invalid_request', 'moderation'],
      [{ name: 'k', allowed_domains: [] }, 'invalid_request', 'allowed_domains'],
      [{ name: 'k', allowed_domains: ['a.example', '*.co.uk'] }, 'invalid_request', 'allowed_domains[1]'],
      [{ name: 'k', allowed_domains: 'a.example' }, 'invalid_request', 'allowed_domains'],
      [{ name: 'k', allowed_ips: ['10.0.0.1/8'] }, 'invalid_request', 'allowed_ips[0]'],
      [{ name: 'k', allowed_ips: [7] }, 'invalid_request', 'allowed_ips[0]'],
      [{ name: 'k', role: 'root' }, 'invalid_request', 'role'],
      [{ name: 'k', permissions: ['everything'] }, 'invalid_request', 'permissions[0]'],
      [{ name: 'k', permissions: [] }, 'invalid_request', 'permissions'],
      [{ name: 'k', role: 'owner', permissions: ['inference'] }, 'invalid_request', 'permissions'],
      [{ name: 'k', type: 'master', role: 'owner' }, 'invalid_request', 'role'],
      [
        { name: 'k', type: 'spend_limit', max_budget: '1', permissions: ['inference'] },
        'invalid_request',
        'permissions',
      ],
      [{ name: 'k', user_id: 'user_of_nobody' }, 'invalid_request', 'user_id'],
      [{ name: 'k', type: 'master', user_id: 'user_of_nobody' }, 'invalid_request', 'user_id'],
      [{ name: 'a\u202eb' }, 'invalid_request', 'name'],
      [{ name: '\ud800' }, 'invalid_request', 'name'],
      [{ name: '\0' }, 'invalid_request', 'name'],
      [{ name: 'k', tags: ['a\u2066b'] }, 'invalid_request', 'tags[0]'],
      [{ name: 'k', metadata: { a: '\udfff' } }, 'invalid_request', 'metadata.a'],
      [{ name: 'k', zero_logging: 'yes' }, 'invalid_request', 'zero_logging'],
      [{ name: 'k', metadata: { a: 1 } }, 'invalid_request', 'metadata.a'],
      [{ name: 'k', tags: ['x'.repeat(65)] }, 'invalid_request', 'tags[0]'],
      [{ name: 'k', id: 'abcDEF012345' }, 'unknown_parameter', 'id'],
      [{ name: 'k', spend: '0.00' }, 'unknown_parameter', 'spend'],
      [{ name: 'k', status: 'active' }, 'unknown_parameter', 'status'],
      [{ name: 'k', last_used_at: 1 }, 'unknown_parameter', 'last_used_at'],
      [{ name: 'k', policyVersion: 9 }, 'unknown_parameter', 'policyVersion'],
      [{ name: 'k', account_id: 'acct_other' }, 'unknown_parameter', 'account_id'],
    ])('%j is a 400 %s at %s, and no key', async (body, code, param) => {
      const answer = await call('POST', '/v1/keys', { body });
      expect(answer.body).toMatchObject({ error: { code, param } });
      expect(answer.statusCode).toBe(400);
      expect(list.parse((await call('GET', '/v1/keys')).body).data).toHaveLength(1);
      expect(await readAudit(management.account.id)).toHaveLength(2);
    });

    test.each(['', '{', '[]', '"x"', '{"name":"a","name":"b"}', `{"name":"${'x'.repeat(70_000)}"}`])(
      'a body that is no object of bearable size (%#) is refused',
      async (body) => {
        expect([400, 413]).toContain((await call('POST', '/v1/keys', { body })).statusCode);
      },
    );
  });

  describe('changing a key', () => {
    test('sets what is named, takes away what is null, and leaves the rest', async () => {
      const { id } = await createKey({
        name: 'k',
        max_budget: '5',
        rpm_limit: 10,
        tags: ['a'],
        metadata: { a: '1', b: '2' },
        model_limits: { 'openai/*': { rpm_limit: 1, tpm_limit: 2 }, 'mistral/*': { rpm_limit: 3 } },
      });
      const patch = {
        max_budget: '7.25',
        rpm_limit: null,
        metadata: { b: null, c: '3' },
        model_limits: { 'openai/*': { rpm_limit: null }, 'mistral/*': null },
      };
      const answer = await call('PATCH', `/v1/keys/${id}`, { body: patch });
      expect(answer).toMatchObject({
        statusCode: 200,
        body: {
          name: 'k',
          max_budget: '7.25',
          budget_remaining: '7.25',
          rpm_limit: null,
          tags: ['a'],
          metadata: { a: '1', c: '3' },
          model_limits: { 'openai/*': { rpm_limit: null, tpm_limit: 2 } },
        },
      });
      expect(answer.body).not.toHaveProperty('model_limits.mistral/*');
      expect(answer.body).not.toHaveProperty('key');
      expect((await call('GET', `/v1/keys/${id}`)).body).toEqual(answer.body);
    });

    test('raises the version of the record and of all its counters, those of a pattern taken away too', async () => {
      const { id } = await createKey({ name: 'k', model_limits: { 'openai/*': { rpm_limit: 1 } } });
      await call('PATCH', `/v1/keys/${id}`, { body: { model_limits: { 'openai/*': null, 'groq/*': {} } } });
      for (const scope of [`key:${id}`, `key:${id}:openai/*`, `key:${id}:groq/*`]) {
        expect(await management.accounts.readScope(scope)).toMatchObject({ policyVersion: 2 });
      }
      expect(await management.accounts.readKey(id)).toMatchObject({ policyVersion: 2 });
    });

    test('keeps what was spent and what running requests hold', async () => {
      const { id } = await createKey({ name: 'k', max_budget: '5' });
      const held = { committed: 2_000_000_000, reserved: 500_000_000, open: { 'r-1': 'packed' }, requests: 3 };
      await management.accounts.writeScope(`key:${id}`, held);
      const answer = await call('PATCH', `/v1/keys/${id}`, { body: { max_budget: '2' } });
      expect(answer.body).toMatchObject({ spend: '1.50', spend_reserved: '0.50', budget_remaining: '0.00' });
      expect(await management.accounts.readScope(`key:${id}`)).toMatchObject({ ...held, policyVersion: 2 });
    });

    test('nothing that changes nothing is written', async () => {
      const { id } = await createKey({ name: 'k', max_budget: '5' });
      const before = await readAudit(management.account.id);
      expect(
        (await call('PATCH', `/v1/keys/${id}`, { body: { max_budget: '5.00', rpm_limit: null } })).statusCode,
      ).toBe(200);
      expect((await call('PATCH', `/v1/keys/${id}`, { body: {} })).statusCode).toBe(200);
      expect(await readAudit(management.account.id)).toEqual(before);
      expect(await management.accounts.readKey(id)).toMatchObject({ policyVersion: 1 });
    });

    test('ten changes at the same time are each made, none lost', async () => {
      const { id } = await createKey();
      const tags = Array.from({ length: 10 }, (_, index) => `m${index}`);
      const patch = (name: string) => call('PATCH', `/v1/keys/${id}`, { body: { metadata: { [name]: 'x' } } });
      const answers = await Promise.all(tags.map(patch));
      const made = tags.filter((_, index) => answers[index]?.statusCode === 200);
      for (const { statusCode } of answers) expect([200, 409]).toContain(statusCode);
      expect(made.length).toBeGreaterThan(0);
      const shown = z.object({ metadata: z.record(z.string(), z.string()) });
      expect(Object.keys(shown.parse((await call('GET', `/v1/keys/${id}`)).body).metadata).sort()).toEqual(made.sort());
      expect(await management.accounts.readScope(`key:${id}`)).toMatchObject({ policyVersion: made.length + 1 });
    });

    test.each<[object, string, string]>([
      [{ id: 'x' }, 'unknown_parameter', 'id'],
      [{ key: 'ask_x' }, 'unknown_parameter', 'key'],
      [{ last4: 'abcd' }, 'unknown_parameter', 'last4'],
      [{ created_at: 1 }, 'unknown_parameter', 'created_at'],
      [{ status: 'disabled' }, 'unknown_parameter', 'status'],
      [{ type: 'master' }, 'unknown_parameter', 'type'],
      [{ user_id: 'user_1' }, 'unknown_parameter', 'user_id'],
      [{ environment: 'production' }, 'unknown_parameter', 'environment'],
      [{ role: 'owner' }, 'invalid_request', 'role'],
      [{ spend: '0.00' }, 'unknown_parameter', 'spend'],
      [{ spend_reserved: '0.00' }, 'unknown_parameter', 'spend_reserved'],
      [{ budget_remaining: '9.00' }, 'unknown_parameter', 'budget_remaining'],
      [{ budget_reset_at: 1 }, 'unknown_parameter', 'budget_reset_at'],
      [{ name: null }, 'invalid_request', 'name'],
      [{ max_budget: null }, 'invalid_request', 'max_budget'],
      [{ max_budget: '-5' }, 'invalid_request', 'max_budget'],
      [{ expires_at: 1_000_000_000 }, 'invalid_request', 'expires_at'],
    ])('%j is a 400 %s at %s, and no change', async (body, code, param) => {
      const { id } = await createKey({ name: 'k', type: 'spend_limit', max_budget: '5' });
      const before = await management.accounts.readKey(id);
      const answer = await call('PATCH', `/v1/keys/${id}`, { body });
      expect(answer).toMatchObject({ statusCode: 400, body: { error: { code, param } } });
      expect(await management.accounts.readKey(id)).toEqual(before);
    });

    test('a member named __proto__ gives nobody anything', async () => {
      const { id } = await createKey();
      const body = '{"__proto__":{"max_budget":"1"},"metadata":{"__proto__":"x"}}';
      const answer = await call('PATCH', `/v1/keys/${id}`, { body });
      expect(answer).toMatchObject({ statusCode: 400, body: { error: { code: 'unknown_parameter' } } });
      expect((await call('GET', `/v1/keys/${id}`)).body).toMatchObject({ max_budget: null, metadata: {} });
    });
  });

  describe('revoking a key', () => {
    test('is in force when the answer is there: for the key, and in each of its counters', async () => {
      const { id, key } = await createKey({ name: 'k', model_limits: { 'openai/*': {} } });
      const answer = await call('DELETE', `/v1/keys/${id}`);
      expect(answer).toMatchObject({ statusCode: 200, body: { object: 'api_key.deleted', id, deleted: true } });
      expect(await call('GET', '/v1/key', { key })).toMatchObject({
        statusCode: 401,
        body: { error: { code: 'key_disabled' } },
      });
      for (const scope of [`key:${id}`, `key:${id}:openai/*`]) {
        expect(await management.accounts.readScope(scope)).toMatchObject({ policyVersion: 2 });
      }
    });

    test('is for good: the key stays to be looked at, is listed no more, and cannot be changed', async () => {
      const { id } = await createKey();
      await call('DELETE', `/v1/keys/${id}`);
      expect((await call('GET', `/v1/keys/${id}`)).body).toMatchObject({ id, status: 'revoked' });
      expect(list.parse((await call('GET', '/v1/keys')).body).data.map((key) => key.id)).toEqual([
        management.account.masterId,
      ]);
      const change = await call('PATCH', `/v1/keys/${id}`, { body: { name: 'back' } });
      expect(change).toMatchObject({ statusCode: 409, body: { error: { code: 'conflict' } } });
    });

    test('can be repeated, and is told of once', async () => {
      const { id } = await createKey();
      const answers = await Promise.all([1, 2, 3].map(() => call('DELETE', `/v1/keys/${id}`)));
      expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
      const events = (await readAudit(management.account.id)).filter(({ type }) => type === 'api_key.deleted');
      expect(events).toHaveLength(1);
    });

    test('a key does not revoke itself', async () => {
      const answer = await call('DELETE', `/v1/keys/${management.account.masterId}`);
      expect(answer).toMatchObject({ statusCode: 409, body: { error: { code: 'conflict' } } });
      expect((await call('GET', '/v1/keys')).statusCode).toBe(200);
    });

    test('of two masters that revoke each other at the same time, one is left', async () => {
      for (let round = 0; round < 5; round += 1) {
        const one = await createKey({ name: 'one', type: 'master' });
        const two = await createKey({ name: 'two', type: 'master' });
        const answers = await Promise.all([
          call('DELETE', `/v1/keys/${two.id}`, { key: one.key }),
          call('DELETE', `/v1/keys/${one.id}`, { key: two.key }),
        ]);
        expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 401]);
        const states = await Promise.all([one, two].map(({ id }) => management.accounts.readKey(id)));
        expect(states.map((record) => record?.['status']).sort()).toEqual(['active', 'revoked']);
      }
    });

    test('a master that was revoked while its change was under way changes nothing', async () => {
      const other = await createKey({ name: 'other', type: 'master' });
      const target = await createKey();
      // Its revocation slips in between its authentication and its commit: the first try meets a conflict and waits.
      failNext({ operation: 'TransactWriteItems', fault: 'conflict' });
      const change = call('PATCH', `/v1/keys/${target.id}`, { key: other.key, body: { name: 'mine' } });
      const [changed, revoked] = await Promise.all([change, call('DELETE', `/v1/keys/${other.id}`)]);
      expect(revoked.statusCode).toBe(200);
      const after = await call('PATCH', `/v1/keys/${target.id}`, { key: other.key, body: { name: 'late' } });
      expect(after.statusCode).toBe(401);
      const name = changed.statusCode === 200 ? 'mine' : 'k';
      expect(await management.accounts.readKey(target.id)).toMatchObject({ name });
    });
  });

  describe('who may', () => {
    const routes = [
      ['POST', '/v1/keys', { name: 'k' }],
      ['POST', '/v1/keys/abcDEF012345/rotate', {}],
      ['GET', '/v1/keys', undefined],
      ['GET', '/v1/keys/abcDEF012345', undefined],
      ['PATCH', '/v1/keys/abcDEF012345', { name: 'k' }],
      ['DELETE', '/v1/keys/abcDEF012345', undefined],
    ] as const;

    test.each(routes)('%s %s takes no key that only calls models, whatever was sent', async (method, path, body) => {
      for (const type of ['user', 'spend_limit']) {
        const { key } = await createKey({ name: 'k', type, max_budget: '1' });
        expect(await call(method, path, { key, body: body && '{' })).toMatchObject({
          statusCode: 403,
          body: { error: { code: 'permission_denied', type: 'invalid_request_error', param: null } },
        });
      }
    });

    test.each([...routes, ['GET', '/v1/key', undefined] as const])(
      '%s %s takes no stranger',
      async (method, path, body) => {
        const expired = await createKey();
        await management.accounts.patchKey(expired.id, { expiresAt: 1_000_000_000 });
        for (const [key, code] of [
          [undefined, 'missing_api_key'],
          ['ask_nonsense', 'invalid_api_key'],
          [forgedKey, 'invalid_api_key'],
          [unknownKey, 'invalid_api_key'],
          [expired.key, 'key_expired'],
        ] as const) {
          const answer = await invoke({ method, path, body, key });
          expect(answer).toMatchObject({ statusCode: 401, body: { error: { code } } });
        }
      },
    );

    test("another account's key is told by nothing from one that does not exist", async () => {
      const { id } = await createKey();
      const stranger = await management.accounts.create();
      for (const [method, body] of [['GET'], ['PATCH', { name: 'mine' }], ['DELETE'], ['POST', {}]] as const) {
        const [theirs, nobodys] = await Promise.all(
          [id, 'abcDEF012345'].map((target) =>
            call(method, `/v1/keys/${target}${method === 'POST' ? '/rotate' : ''}`, { key: stranger.masterKey, body }),
          ),
        );
        expect(theirs).toMatchObject({ statusCode: 404, body: { error: { code: 'not_found' } } });
        expect(theirs).toEqual(nobodys);
      }
      expect(list.parse((await call('GET', '/v1/keys', { key: stranger.masterKey })).body).data).toHaveLength(1);
      expect(await management.accounts.readKey(id)).toMatchObject({ name: 'k', status: 'active' });
    });

    test('a key of a closed account may nothing', async () => {
      await management.accounts.patchAccount(management.account.id, { status: 'closed' });
      for (const [method, path, body] of [...routes, ['GET', '/v1/key', undefined] as const]) {
        expect((await call(method, path, { body })).body).toMatchObject({ error: { code: 'key_disabled' } });
      }
    });

    test.each([
      ['PUT', '/v1/keys'],
      ['POST', '/v1/key'],
      ['GET', '/v1/keys/'],
      ['GET', '/v1/keys/short'],
      ['GET', '/v1/keys/abcDEF012345/rotate'],
      ['DELETE', '/v1/keys'],
    ])('%s %s is no route', async (method, path) => {
      expect(await call(method, path)).toMatchObject({ statusCode: 404, body: { error: { code: 'not_found' } } });
    });
  });

  describe('listing keys', () => {
    test('pages through all of them, each once, in the order of their ids', async () => {
      const created = await Promise.all(Array.from({ length: 6 }, (_, index) => createKey({ name: `k${index}` })));
      const all = [management.account.masterId, ...created.map(({ id }) => id)].sort();
      const seen: string[] = [];
      let after: string | null = null;
      for (let pages = 0; pages < 10; pages += 1) {
        const query: Record<string, string> = { limit: '3', ...(after !== null && { after }) };
        const page = list.parse((await call('GET', '/v1/keys', { query })).body);
        expect(page.first_id).toBe(page.data[0]?.id ?? null);
        seen.push(...page.data.map(({ id }) => id));
        after = page.last_id;
        if (!page.has_more) break;
        expect(page.data).toHaveLength(3);
      }
      expect(seen).toEqual(all);
    });

    test('fills a page past those that were revoked, and goes on from one that was', async () => {
      const created = await Promise.all(Array.from({ length: 6 }, (_, index) => createKey({ name: `k${index}` })));
      const ids = created.map(({ id }) => id).sort();
      const [first = '', second = '', third = '', ...rest] = ids;
      await Promise.all([first, second, third].map((id) => call('DELETE', `/v1/keys/${id}`)));
      const page = list.parse((await call('GET', '/v1/keys', { query: { limit: '2', after: third } })).body);
      const left = [management.account.masterId, ...rest].sort().filter((id) => id > third);
      expect(page.data.map(({ id }) => id)).toEqual(left.slice(0, 2));
      const all = list.parse((await call('GET', '/v1/keys', { query: { limit: '4' } })).body);
      expect(all.data.map(({ id }) => id)).toEqual([management.account.masterId, ...rest].sort());
      expect(all.has_more).toBe(false);
    });

    test('tells what each has spent', async () => {
      const { id } = await createKey({ name: 'k', max_budget: '1' });
      await management.accounts.writeScope(`key:${id}`, { committed: 300_000_001, reserved: 1 });
      const { data } = list.parse((await call('GET', '/v1/keys')).body);
      expect(data.find((key) => key.id === id)).toMatchObject({
        spend: '0.30',
        spend_reserved: '0.000000001',
        budget_remaining: '0.699999999',
      });
    });

    test.each([
      [{ limit: '0' }, 'invalid_request', 'limit'],
      [{ limit: '101' }, 'invalid_request', 'limit'],
      [{ limit: '1e1' }, 'invalid_request', 'limit'],
      [{ after: 'x' }, 'invalid_request', 'after'],
      [{ order: 'desc' }, 'unknown_parameter', 'order'],
    ])('%j is a 400 %s', async (query, code, param) => {
      expect(await call('GET', '/v1/keys', { query })).toMatchObject({
        statusCode: 400,
        body: { error: { code, param } },
      });
    });
  });

  describe('GET /v1/key', () => {
    test('tells any key about itself, by the counters as they stand', async () => {
      const { id, key } = await createKey({ name: 'k', max_budget: '1', budget_duration: 'daily', rpm_limit: 9 });
      const today = Math.floor(Date.now() / 86_400_000) * 86_400;
      await management.accounts.writeScope(`key:${id}`, {
        committed: 700_000_000,
        reserved: 200_000_000,
        budgetPeriod: today,
      });
      expect(await call('GET', '/v1/key', { key })).toMatchObject({
        statusCode: 200,
        body: {
          id,
          rpm_limit: 9,
          spend: '0.50',
          spend_reserved: '0.20',
          budget_remaining: '0.30',
          budget_reset_at: today + 86_400,
        },
      });
    });

    test('of a budget whose period is over tells the new one, before any request has entered it', async () => {
      const { id, key } = await createKey({ name: 'k', max_budget: '1', budget_duration: 'daily' });
      await management.accounts.writeScope(`key:${id}`, {
        committed: 900_000_000,
        reserved: 100_000_000,
        budgetPeriod: 86_400,
      });
      expect((await call('GET', '/v1/key', { key })).body).toMatchObject({
        spend: '0.00',
        spend_reserved: '0.10',
        budget_remaining: '0.90',
      });
    });
  });

  describe('the audit log', () => {
    test('tells of every change, by which key and from where, in a chain that verifies', async () => {
      const { id } = await createKey({ name: 'Private Person', metadata: { note: 'Private note' }, max_budget: '1' });
      const patch = { name: 'Private Name', max_budget: '2', rpm_limit: 5, tags: ['Private tag'], zero_logging: true };
      await call('PATCH', `/v1/keys/${id}`, { body: patch });
      await call('PATCH', `/v1/keys/${id}`, { body: { rpm_limit: null } });
      await call('DELETE', `/v1/keys/${id}`);
      const events = await readAudit(management.account.id);
      expect(verifyChain(management.account.id, events, canonicalDigest)).toMatchObject({
        ok: true,
        head: { sequence: 6 },
      });
      const told = events.slice(2).map((event) => auditEntry.parse(event));
      expect(told).toEqual([
        expect.objectContaining({ type: 'api_key.created', 'api_key.created': { id, data: { type: 'user' } } }),
        expect.objectContaining({
          'api_key.updated': {
            id,
            policy_version: 2,
            fields: ['name', 'max_budget', 'rpm_limit', 'zero_logging', 'tags'],
            changes_requested: { max_budget: '2.00', rpm_limit: 5, zero_logging: true },
          },
        }),
        expect.objectContaining({
          'api_key.updated': { id, policy_version: 3, fields: ['rpm_limit'], changes_requested: { rpm_limit: null } },
        }),
        expect.objectContaining({ type: 'api_key.deleted', 'api_key.deleted': { id, policy_version: 4 } }),
      ]);
      for (const event of told) {
        expect(event).toMatchObject({
          actor: { type: 'api_key', api_key: { id: management.account.masterId, ip_address: '192.0.2.1' } },
          request_id: REQUEST_ID,
          tenant: management.account.id,
        });
      }
      expect(JSON.stringify(events)).not.toContain('Private');
    });
  });

  describe('a store that fails', () => {
    test.each(['GetItem', 'BatchGetItem', 'Query'])(
      'at %s is a 503, never a wrong or missing key',
      async (operation) => {
        failNext(...Array.from({ length: 20 }, () => ({ operation, fault: 'internal-error' as const })));
        const answer = await call('GET', '/v1/keys');
        expect(answer).toMatchObject({ statusCode: 503, body: { error: { code: 'service_unavailable' } } });
        expect(JSON.parse(management.output)).toMatchObject({
          event: 'fault',
          requestId: REQUEST_ID,
          code: 'service_unavailable',
        });
      },
    );

    test('at the commit is a 503, and neither record, counters nor event are there', async () => {
      const { id } = await createKey();
      const before = [
        await management.accounts.readKey(id),
        await management.accounts.readScope(`key:${id}`),
        await readAudit(management.account.id),
      ];
      failNext(
        ...Array.from({ length: 50 }, () => ({
          operation: 'TransactWriteItems',
          fault: 'internal-error' as const,
        })),
      );
      const answer = await call('DELETE', `/v1/keys/${id}`);
      expect(answer).toMatchObject({ statusCode: 503, body: { error: { code: 'service_unavailable' } } });
      failNext();
      const after = [
        await management.accounts.readKey(id),
        await management.accounts.readScope(`key:${id}`),
        await readAudit(management.account.id),
      ];
      expect(after).toEqual(before);
    });

    test('after the commit, so that the answer is lost, has changed it once', async () => {
      const { id } = await createKey();
      failNext({ operation: 'TransactWriteItems', fault: 'lose-answer' });
      expect((await call('PATCH', `/v1/keys/${id}`, { body: { rpm_limit: 3 } })).statusCode).toBe(200);
      expect(await management.accounts.readKey(id)).toMatchObject({
        policyVersion: 2,
        limits: { requestsPerMinute: 3 },
      });
      expect(await readAudit(management.account.id)).toHaveLength(4);
    });
  });

  describe('a key from before there were limits', () => {
    test('can be changed and revoked, and gets its counters by that', async () => {
      const { id } = await management.accounts.createOldKey(management.account.id);
      const answer = await call('PATCH', `/v1/keys/${id}`, { body: { max_budget: '3' } });
      expect(answer).toMatchObject({ statusCode: 200, body: { max_budget: '3.00', budget_remaining: '3.00' } });
      expect(await management.accounts.readScope(`key:${id}`)).toMatchObject({
        policyVersion: 1,
        committed: 0,
        open: {},
      });
      expect(list.parse((await call('GET', '/v1/keys')).body).data.map((key) => key.id)).toContain(id);
      await call('DELETE', `/v1/keys/${id}`);
      expect(await management.accounts.readScope(`key:${id}`)).toMatchObject({ policyVersion: 2 });
    });
  });

  test('no body, header, name or secret reaches the log, whatever happens', async () => {
    const { key } = await createKey({ name: CANARY, metadata: { [CANARY]: CANARY } });
    await call('POST', '/v1/keys', { body: { [CANARY]: CANARY } });
    await call('POST', '/v1/keys', { body: `{"${CANARY}` });
    await call('GET', '/v1/keys', { key, query: { [CANARY]: CANARY } });
    expect(management.output).toBe('');
    failNext(
      ...Array.from({ length: 50 }, () => ({ operation: 'TransactWriteItems', fault: 'internal-error' as const })),
    );
    await call('POST', '/v1/keys', { body: { name: CANARY } });
    expect(management.output).toContain('"event":"fault"');
    expect(management.output).not.toContain(CANARY);
    expect(management.output).not.toContain(management.account.masterKey.slice(17, 49));
  });
});
