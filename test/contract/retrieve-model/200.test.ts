import { describe, expect, it } from 'vitest';
import { expectJson, expectOwnHeaders } from '../../support/expect-error.ts';
import { send } from '../../support/gateway.ts';

describe('GET /v1/models/{id}', () => {
  it.each(['openai/gpt-5-mini', 'openai%2Fgpt-5-mini', 'gpt-5-mini'])('finds a model as %s', async (id) => {
    const answer = await send({ path: `/v1/models/${id}` });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ id: 'openai/gpt-5-mini', object: 'model', created: 0, owned_by: 'openai' });
    expectJson(answer);
    expectOwnHeaders(answer);
  });

  it('finds the built-in one', async () => {
    expect((await send({ path: '/v1/models/demo/echo' })).json).toMatchObject({ id: 'demo/echo', owned_by: 'demo' });
  });
});
