import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { sendAsOperator } from '../../support/gateway.ts';

const path = '/admin/accounts';

describe('POST /admin/accounts refuses', () => {
  it.each([
    ['half a JSON', '{"name":'],
    ['an empty body', ''],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
  ])('%s as invalid_json', async (_case, body) => {
    expectRefusal(await sendAsOperator({ path, body }), { status: 400, code: 'invalid_json', param: null });
  });

  it.each([
    ['a list', [], null],
    ['no name', {}, 'name'],
    ['an empty name', { name: '' }, 'name'],
    ['a blank name', { name: '  ' }, 'name'],
    ['a name with a line break', { name: 'a\nb' }, 'name'],
    ['a name of 101 characters', { name: 'x'.repeat(101) }, 'name'],
    ['a plan that there is not', { name: 'a', plan: 'gold' }, 'plan'],
    ['a name given twice', '{"name":"a","name":"b"}', 'name'],
  ])('%s as invalid_request, and names the field', async (_case, body, param) => {
    expectRefusal(await sendAsOperator({ path, body }), { status: 400, code: 'invalid_request', param });
  });

  it('a field that it does not know as unknown_parameter', async () => {
    const answer = await sendAsOperator({ path, body: { name: 'a', status: 'active' } });
    expectRefusal(answer, { status: 400, code: 'unknown_parameter', param: 'status' });
  });
});
