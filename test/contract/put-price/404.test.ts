import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { sendAsOperator } from '../../support/gateway.ts';

describe('/admin/prices', () => {
  it.each([
    ['POST', '/admin/prices'],
    ['PATCH', '/admin/prices'],
    ['PUT', '/admin/prices/'],
    ['PUT', '/admin/prices/openai/x'],
    ['PUT', '/admin/price'],
  ])('is no route for %s %s', async (method, path) => {
    const answer = await sendAsOperator({ method, path, body: { model: 'openai/x', input: '1', output: '1' } });
    expectRefusal(answer, { status: 404, code: 'not_found', param: null });
  });
});
