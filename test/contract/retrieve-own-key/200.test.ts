import { afterAll, describe, expect, it } from 'vitest';
import { expectJson, expectOwnHeaders } from '../../support/expect-error.ts';
import { gateway, send } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';
import { shownKey } from '../key-schema.ts';

const client = createLedgerClient(gateway);
afterAll(() => client.stop());

describe('GET /v1/key', () => {
  it.each([
    ['master', {}],
    ['user', {}],
    ['spend_limit', { max_budget: '0.01' }],
  ])('tells a %s key about itself, as the master sees it', async (type, fields) => {
    const { id, key } = await client.createKey({ type, ...fields });
    const answer = await client.call({ key, path: '/v1/key' });
    expect(answer.status).toBe(200);
    expectJson(answer);
    expectOwnHeaders(answer);
    expect(shownKey.parse(answer.json)).toMatchObject({ id, type, status: 'active', spend: '0.00' });
    expect(answer.json).toEqual((await send({ path: `/v1/keys/${id}` })).json);
  });
});
