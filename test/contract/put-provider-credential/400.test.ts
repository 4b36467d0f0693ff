import { describe, expect, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { sendAsOperator } from '../../support/gateway.ts';

const call = { method: 'PUT', path: '/admin/providers/mistral/credential' };

describe('PUT /admin/providers/{provider}/credential refuses', () => {
  it.each([
    ['half a JSON', '{"api_key":"secret-one'],
    ['an empty body', ''],
  ])('%s as invalid_json', async (_case, body) => {
    expectRefusal(await sendAsOperator({ ...call, body }), { status: 400, code: 'invalid_json', param: null });
  });

  it.each([
    ['no key', {}],
    ['a key that is a number', { api_key: 5 }],
    ['a key of seven characters', { api_key: '1234567' }],
    ['a key of 4,097 characters', { api_key: 'x'.repeat(4097) }],
    ['a key with a space', { api_key: 'secret key 1' }],
    ['a key with a line break, that would add a header', { api_key: 'secret\r\nx-evil: 1' }],
    ['a key beyond ASCII', { api_key: 'sécret-key' }],
  ])('%s as invalid_request, without quoting it', async (_case, body) => {
    const answer = await sendAsOperator({ ...call, body });
    expectRefusal(answer, { status: 400, code: 'invalid_request', param: 'api_key' });
    expect(answer.text).not.toMatch(/secret|sécret|1234567/);
  });

  it('a field that it does not know as unknown_parameter', async () => {
    const answer = await sendAsOperator({ ...call, body: { api_key: 'secret-key-1', base_url: 'http://evil' } });
    expectRefusal(answer, { status: 400, code: 'unknown_parameter', param: 'base_url' });
  });
});
