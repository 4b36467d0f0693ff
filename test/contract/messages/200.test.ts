import { describe, expect, it } from 'vitest';
import { expectJson, expectOwnHeaders } from '../../support/expect-error.ts';
import { gateway, send } from '../../support/gateway.ts';

const ask = { model: 'demo/echo', max_tokens: 16, messages: [{ role: 'user', content: 'Good day' }] };

function post(body: object) {
  return send({
    method: 'POST',
    path: '/v1/messages',
    headers: { 'x-api-key': gateway.masterKey },
    body: JSON.stringify(body),
  });
}

describe('POST /v1/messages', () => {
  it('answers in Anthropic’s shape, whoever answers', async () => {
    const answer = await post(ask);
    expect(answer.status).toBe(200);
    expectJson(answer);
    expectOwnHeaders(answer);
    expect(answer.json).toMatchObject({
      type: 'message',
      content: [{ type: 'text', text: 'Good day' }],
      stop_reason: 'end_turn',
    });
  });

  it('streams Anthropic’s events', async () => {
    const { status, headers, text } = await post({ ...ask, stream: true });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(text.startsWith('event: message_start\n')).toBe(true);
    expect(text).toContain('event: message_stop\n');
  });
});
