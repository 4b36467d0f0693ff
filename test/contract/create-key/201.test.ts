import { afterAll, describe, expect, it } from 'vitest';
import { expectJson, expectOwnHeaders } from '../../support/expect-error.ts';
import { gateway } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';
import { createdKey, shownKey } from '../key-schema.ts';

const client = createLedgerClient(gateway);
afterAll(() => client.stop());
const create = (body: object) => client.call({ key: gateway.masterKey, path: '/v1/keys', body });

describe('POST /v1/keys', () => {
  it('makes a key of type user that works at once, whose secret no cache may keep', async () => {
    const answer = await create({ name: 'Prüfstand' });
    expect({ status: answer.status, cache: answer.headers['cache-control'] }).toEqual({
      status: 201,
      cache: 'no-store',
    });
    expectJson(answer);
    expectOwnHeaders(answer);
    const made = createdKey.parse(answer.json);
    expect(made).toMatchObject({ name: 'Prüfstand', type: 'user', status: 'active', spend: '0.00', max_budget: null });
    expect(made.last4).toBe(made.key.slice(-4));
    expect(made.key.slice(4, 16)).toBe(made.id);
    expect((await client.call({ key: made.key, path: '/v1/models' })).status).toBe(200);
  });

  it('keeps every field as it was given, null being none', async () => {
    const fields = {
      name: 'full',
      type: 'spend_limit',
      models: ['openai/gpt-4o*', 'demo/echo'],
      max_budget: '12.50',
      budget_duration: 'weekly',
      rpm_limit: 60,
      tpm_limit: 10_000,
      max_parallel_requests: 4,
      model_limits: { 'openai/gpt-4o-mini': { max_budget: '1.000000001', rpm_limit: null, tpm_limit: 500 } },
      expires_at: Math.floor(Date.now() / 1000) + 3_600,
      environment: 'staging',
      zero_logging: true,
      metadata: { team: 'search' },
      tags: ['a', 'b'],
    };
    const { key, ...made } = createdKey.parse((await create(fields)).json);
    expect(made).toMatchObject(fields);
    expect(made).toMatchObject({ budget_remaining: '12.50', budget_reset_at: expect.any(Number) });
    expect(shownKey.parse((await client.call({ key, path: '/v1/key' })).json)).toEqual(made);
  });

  it('makes a master key that manages keys', async () => {
    const { key } = await client.createKey({ type: 'master' });
    expect((await client.call({ key, path: '/v1/keys', body: { name: 'of the second master' } })).status).toBe(201);
  });
});
