import { afterAll, describe, expect, it } from 'vitest';
import { expectJson, expectOwnHeaders, expectRefusal } from '../../support/expect-error.ts';
import { gateway, send } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';
import { createdKey, shownKey } from '../key-schema.ts';

const client = createLedgerClient(gateway);
afterAll(() => client.stop());

const messages = [{ role: 'user', content: 'Hi' }];
const chat = async (key: string) => client.chat(key, { model: 'demo/echo', messages });

async function rotate(id: string, body: object) {
  const answer = await send({ path: `/v1/keys/${id}/rotate`, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
  expectJson(answer);
  expectOwnHeaders(answer);
  expect(answer.headers['cache-control']).toBe('no-store');
  return createdKey.parse(answer.json);
}

describe('POST /v1/keys/{id}/rotate', () => {
  it('puts a new secret in the place of the old one, for models as for all else, at once', async () => {
    const { id, key } = await client.createKey({ max_budget: '1.00' });
    // The data plane has it in mind by now.
    expect((await chat(key)).status).toBe(200);
    const { key: next, ...after } = await rotate(id, {});
    expect((await chat(next)).status).toBe(200);
    expectRefusal(await chat(key), { status: 401, code: 'key_expired', param: null });
    expectRefusal(await client.call({ key, path: '/v1/key' }), { status: 401, code: 'key_expired' });
    expect(shownKey.parse((await client.call({ key: next, path: '/v1/key' })).json)).toMatchObject({
      id,
      last4: after.last4,
      previous_secret_expires_at: null,
      max_budget: '1.00',
    });
  });

  it('takes both secrets until the grace has ended, and no longer', async () => {
    const { id, key } = await client.createKey();
    const { key: next, previous_secret_expires_at: end } = await rotate(id, { grace_period: 2 });
    expect([(await chat(key)).status, (await chat(next)).status]).toEqual([200, 200]);
    await new Promise((resume) => setTimeout(resume, Number(end) * 1_000 - Date.now()));
    expectRefusal(await chat(key), { status: 401, code: 'key_expired', param: null });
    expect((await chat(next)).status).toBe(200);
  });
});
