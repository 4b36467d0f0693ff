import { expect, it } from 'vitest';
import { gateway, send } from '../../support/gateway.ts';

it('POST /v1/messages without a limit is told so in Anthropic’s shape, with the field’s name and the request’s id', async () => {
  const answer = await send({
    method: 'POST',
    path: '/v1/messages',
    headers: { 'x-api-key': gateway.masterKey },
    body: JSON.stringify({ model: 'demo/echo', messages: [{ role: 'user', content: 'Hi' }] }),
  });
  expect(answer.status).toBe(400);
  expect(answer.json).toMatchObject({
    type: 'error',
    error: { type: 'invalid_request_error', param: 'max_tokens', code: 'invalid_request' },
    request_id: answer.headers['x-request-id'],
  });
});
