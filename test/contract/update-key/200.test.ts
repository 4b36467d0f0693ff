import { afterAll, describe, expect, it } from 'vitest';
import { expectJson, expectOwnHeaders, expectRefusal } from '../../support/expect-error.ts';
import { gateway, send } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';
import { shownKey } from '../key-schema.ts';

const client = createLedgerClient(gateway);
afterAll(() => client.stop());
const patch = (id: string, body: object) =>
  send({ method: 'PATCH', path: `/v1/keys/${id}`, body: JSON.stringify(body) });
const echo = { model: 'demo/echo', messages: [{ role: 'user', content: 'Hi' }] };

describe('PATCH /v1/keys/{id}', () => {
  it('changes what is named, takes away what is null, and leaves the rest', async () => {
    const { id } = await client.createKey({ name: 'old', rpm_limit: 5, tags: ['kept'], metadata: { a: '1', b: '2' } });
    const answer = await patch(id, { name: 'new', rpm_limit: null, metadata: { a: null, c: '3' } });
    expect(answer.status).toBe(200);
    expectJson(answer);
    expectOwnHeaders(answer);
    expect(shownKey.parse(answer.json)).toMatchObject({
      name: 'new',
      rpm_limit: null,
      tags: ['kept'],
      metadata: { b: '2', c: '3' },
    });
  });

  it('holds the very next request to the new models, though the old policy was just in use', async () => {
    const { id, key } = await client.createKey();
    expect((await client.chat(key, echo)).status).toBe(200);
    await patch(id, { models: ['openai/*'] });
    const refused = await client.chat(key, echo);
    expectRefusal(refused, { status: 403, code: 'model_not_allowed', param: 'model' });
    await patch(id, { models: null });
    expect((await client.chat(key, echo)).status).toBe(200);
  });
});
