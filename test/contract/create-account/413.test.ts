import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { sendAsOperator } from '../../support/gateway.ts';

describe('POST /admin/accounts', () => {
  it.each([
    ['more than any account needs', 70_000],
    ['more than Lambda’s event holds', 5_000_000],
    ['more than API Gateway takes', 11_000_000],
  ])('refuses %s as request_too_large', async (_case, bytes) => {
    const answer = await sendAsOperator({ path: '/admin/accounts', body: { name: 'x'.repeat(bytes) } });
    expectRefusal(answer, { status: 413, code: 'request_too_large', param: null, by: 'web ACL' });
  });
});
