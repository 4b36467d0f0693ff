import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerWith, type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.ts';
import { gateway, sendChat } from '../../support/gateway.ts';

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream(gateway.upstreamPort);
});
afterAll(() => upstream.close());

describe('POST /v1/chat/completions, where the provider itself says no', () => {
  it.each([
    [400, '{"error":{"message":"too long","type":"invalid_request_error","param":"messages","code":"context_length"}}'],
    [401, '{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}'],
    [404, '{"error":{"message":"no such model"}}'],
    [422, '{"detail":[{"loc":["body"],"msg":"field required"}]}'],
    [429, '{"error":{"message":"slow down","type":"tokens","param":null,"code":"rate_limit_exceeded"}}'],
    [500, 'Internal Server Error'],
    [503, '<html>overloaded</html>'],
    [529, '{"error":{"type":"overloaded_error"}}'],
  ])('passes its %i through unchanged, with its advice on when to come back', async (status, body) => {
    const headers = { 'content-type': 'text/plain', 'retry-after': '7', 'retry-after-ms': '6500' };
    upstream.respond(answerWith(status, body, headers));
    const chat = { model: 'openai/gpt-test', messages: [{ role: 'user', content: 'Hi' }] };
    // Else the gateway itself would keep to that advice, and ask again.
    const answer = await sendChat(chat, { 'x-portcullis-max-retries': '0' });
    expect(answer).toMatchObject({ status, text: body });
    expect(answer.headers).toMatchObject({ ...headers, 'x-portcullis-provider': 'openai' });
  });

  it('passes an error through unchanged where a stream was asked for', async () => {
    const body = '{"error":{"message":"slow down","code":"rate_limit_exceeded"}}';
    upstream.respond(answerWith(429, body));
    const answer = await sendChat({
      model: 'openai/gpt-test',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    });
    expect(answer).toMatchObject({ status: 429, text: body });
    expect(answer.headers['content-type']).toBe('application/json');
  });
});
