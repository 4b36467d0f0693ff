import { afterAll, describe, expect, it } from 'vitest';
import { expectJson, expectOwnHeaders } from '../../support/expect-error.ts';
import { gateway, send } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';
import { shownKey } from '../key-schema.ts';

const client = createLedgerClient(gateway);
afterAll(() => client.stop());

describe('GET /v1/keys/{id}', () => {
  it('shows all of a key but its secret', async () => {
    const { id, key } = await client.createKey({ max_budget: '3.00' });
    const answer = await send({ path: `/v1/keys/${id}` });
    expect(answer.status).toBe(200);
    expectJson(answer);
    expectOwnHeaders(answer);
    expect(shownKey.parse(answer.json)).toMatchObject({
      id,
      last4: key.slice(-4),
      budget_remaining: '3.00',
      spend_reserved: '0.00',
    });
    expect(answer.text).not.toContain(key.slice(17, 49));
  });

  it('shows a revoked key as revoked', async () => {
    const { id } = await client.createKey();
    await send({ path: `/v1/keys/${id}`, method: 'DELETE' });
    expect((await send({ path: `/v1/keys/${id}` })).json).toMatchObject({ id, status: 'revoked' });
  });
});
