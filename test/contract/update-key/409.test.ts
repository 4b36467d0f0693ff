import { afterAll, describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { gateway, send } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';

const client = createLedgerClient(gateway);
afterAll(() => client.stop());

describe('PATCH /v1/keys/{id}', () => {
  it('does not bring a revoked key back', async () => {
    const { id } = await client.createKey();
    await send({ path: `/v1/keys/${id}`, method: 'DELETE' });
    const answer = await send({ method: 'PATCH', path: `/v1/keys/${id}`, body: '{"name":"again"}' });
    expectRefusal(answer, { status: 409, code: 'conflict', param: null });
  });
});
