import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { send } from '../../support/gateway.ts';

describe('GET /v1/models/{id}', () => {
  it.each([
    ['a model of nobody', 'nobody/x'],
    ['a bare name that no catalogue lists', 'gpt-of-the-future'],
    ['a model whose provider has no credential', 'groq/llama-3.3-70b-versatile'],
    ['a broken percent sign', '%E0%A4%A'],
    ['a NUL', 'openai/%00'],
    ['an object’s own member', '__proto__'],
    ['a path', '..%2f..%2fetc%2fpasswd'],
  ])('does not find %s', async (_case, id) => {
    expectRefusal(await send({ path: `/v1/models/${id}` }), { status: 404, code: 'model_not_found', param: 'model' });
  });

  it('is no route for another method', async () => {
    const answer = await send({ path: '/v1/models/demo/echo', method: 'DELETE' });
    expectRefusal(answer, { status: 404, code: 'not_found', param: null });
  });
});
