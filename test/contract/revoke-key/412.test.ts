import { afterAll, describe, expect, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { gateway, send } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';

const client = createLedgerClient(gateway);
afterAll(() => client.stop());

describe('DELETE /v1/keys/{id}', () => {
  it('is not done to a version that the caller has not seen', async () => {
    const { id } = await client.createKey();
    const { etag } = (await send({ path: `/v1/keys/${id}` })).headers;
    expect((await send({ method: 'PATCH', path: `/v1/keys/${id}`, body: '{"tags":["a"]}' })).status).toBe(200);
    const signedIn = { authorization: `Bearer ${gateway.masterKey}`, 'content-type': 'application/json' };
    const headers = { ...signedIn, 'if-match': String(etag) };
    const answer = await send({ method: 'DELETE', path: `/v1/keys/${id}`, headers });
    expectRefusal(answer, { status: 412, code: 'version_mismatch', param: null });
  });
});
