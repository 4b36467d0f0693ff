import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { sendAsOperator } from '../../support/gateway.ts';

describe('GET /admin/prices', () => {
  it('refuses a parameter that it does not know', async () => {
    const answer = await sendAsOperator({ method: 'GET', path: '/admin/prices?limit=5' });
    expectRefusal(answer, { status: 400, code: 'unknown_parameter', param: 'limit' });
  });
});
