import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { sendAsOperator } from '../../support/gateway.ts';

const body = { api_key: 'secret-key-1' };

describe('PUT /admin/providers/{provider}/credential', () => {
  it.each([
    ['a provider that nobody configured', 'nobody'],
    ['the built-in one, which takes none', 'demo'],
    ['an object’s own member', '__proto__'],
    ['another', 'constructor'],
    ['an encoded slash', 'openai%2Fx'],
  ])('does not find %s', async (_case, provider) => {
    const answer = await sendAsOperator({ method: 'PUT', path: `/admin/providers/${provider}/credential`, body });
    expectRefusal(answer, { status: 404, code: 'not_found', param: null });
  });

  it.each(['GET', 'POST', 'DELETE'])('is no route for %s yet', async (method) => {
    const answer = await sendAsOperator({ method, path: '/admin/providers/openai/credential', body });
    expectRefusal(answer, { status: 404, code: 'not_found', param: null });
  });
});
