import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { sendAsOperator } from '../../support/gateway.ts';

describe('an operator’s route that does not exist', () => {
  it.each([
    ['PUT', '/admin/accounts'],
    ['DELETE', '/admin/accounts'],
    ['POST', '/admin/accounts/'],
    ['POST', '/admin/account'],
    ['POST', '/admin'],
  ])('%s %s is not found', async (method, path) => {
    const answer = await sendAsOperator({ method, path, body: { name: 'a' } });
    expectRefusal(answer, { status: 404, code: 'not_found', param: null });
  });
});
