import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { sendAsOperator } from '../../support/gateway.ts';

describe('PUT /admin/providers/{provider}/credential', () => {
  it.each([70_000, 5_000_000, 11_000_000])('refuses %i bytes as request_too_large', async (bytes) => {
    const answer = await sendAsOperator({
      method: 'PUT',
      path: '/admin/providers/openai/credential',
      body: { api_key: 'x'.repeat(bytes) },
    });
    expectRefusal(answer, { status: 413, code: 'request_too_large', param: null, by: 'web ACL' });
  });
});
