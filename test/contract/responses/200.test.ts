import { expect, it } from 'vitest';
import { send } from '../../support/gateway.ts';

it('POST /v1/responses answers in Responses’ shape, whoever answers', async () => {
  const body = JSON.stringify({ model: 'demo/echo', input: 'Good day' });
  const answer = await send({ method: 'POST', path: '/v1/responses', body });
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({
    object: 'response',
    status: 'completed',
    output: [{ type: 'message', content: [{ type: 'output_text', text: 'Good day' }] }],
  });
});
