import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { gateway, send } from '../../support/gateway.ts';
import { createLedgerClient, type IssuedKey } from '../../support/ledger-client.ts';

const client = createLedgerClient(gateway);
let subject: IssuedKey;
let before: unknown;
beforeAll(async () => {
  subject = await client.createKey({ type: 'spend_limit', max_budget: '1.00' });
  before = (await send({ path: `/v1/keys/${subject.id}` })).json;
});
afterAll(() => client.stop());

const patch = (body: string | object) =>
  send({
    method: 'PATCH',
    path: `/v1/keys/${subject.id}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('PATCH /v1/keys/{id} refuses', () => {
  it('half a JSON as invalid_json', async () => {
    expectRefusal(await patch('{"name":'), { status: 400, code: 'invalid_json', param: null });
  });

  it.each([
    ['taking the name away', { name: null }, 'name'],
    ['taking the budget of a spend_limit key away', { max_budget: null }, 'max_budget'],
    ['a negative budget', { max_budget: '-0.01' }, 'max_budget'],
    ['no request a minute', { rpm_limit: 0 }, 'rpm_limit'],
    ['an end that has passed', { expires_at: 1 }, 'expires_at'],
  ])('%s as invalid_request, and names the field', async (_case, body, param) => {
    expectRefusal(await patch(body), { status: 400, code: 'invalid_request', param });
  });

  it.each(['type', 'status', 'spend', 'id', 'key', 'nonsense'])('%s as unknown_parameter', async (field) => {
    expectRefusal(await patch({ [field]: 'x' }), { status: 400, code: 'unknown_parameter', param: field });
  });

  it('and changes nothing by any of these', async () => {
    expect((await send({ path: `/v1/keys/${subject.id}` })).json).toEqual(before);
  });
});
