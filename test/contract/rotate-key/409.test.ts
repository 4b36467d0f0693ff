import { afterAll, describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { gateway, send } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';

const client = createLedgerClient(gateway);
afterAll(() => client.stop());

describe('POST /v1/keys/{id}/rotate', () => {
  it('gives a revoked key no new secret', async () => {
    const { id } = await client.createKey();
    await send({ path: `/v1/keys/${id}`, method: 'DELETE' });
    const answer = await send({ path: `/v1/keys/${id}/rotate`, body: '{}' });
    expectRefusal(answer, { status: 409, code: 'conflict', param: null });
  });
});
