import { afterAll, describe, expect, it } from 'vitest';
import { expectJson, expectOwnHeaders, expectRefusal } from '../../support/expect-error.ts';
import { gateway, send } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';

const client = createLedgerClient(gateway);
afterAll(() => client.stop());
const revoke = (id: string) => send({ method: 'DELETE', path: `/v1/keys/${id}` });

describe('DELETE /v1/keys/{id}', () => {
  it('ends the key for every route at once, though its policy was just in use', async () => {
    const { id, key } = await client.createKey();
    const echo = { model: 'demo/echo', messages: [{ role: 'user', content: 'Hi' }] };
    expect((await client.chat(key, echo)).status).toBe(200);
    const answer = await revoke(id);
    expect(answer).toMatchObject({ status: 200, json: { object: 'api_key.deleted', id, deleted: true } });
    expectJson(answer);
    expectOwnHeaders(answer);
    const refusals = await Promise.all([
      client.chat(key, echo),
      client.call({ key, path: '/v1/key' }),
      client.call({ key, path: '/v1/models' }),
    ]);
    for (const refused of refusals) expectRefusal(refused, { status: 401, code: 'key_disabled', param: null });
  });

  it('is done once, however often it is asked for', async () => {
    const { id } = await client.createKey();
    const answers = await Promise.all([revoke(id), revoke(id), revoke(id)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await revoke(id)).status).toBe(200);
  });
});
