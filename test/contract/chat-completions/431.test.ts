import { describe, expect, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { sendChat } from '../../support/gateway.ts';

const echo = { model: 'demo/echo', messages: [{ role: 'user', content: 'Hi' }] };

describe('POST /v1/chat/completions', () => {
  it('takes headers of almost as many bytes as API Gateway takes', async () => {
    expect((await sendChat(echo, { 'x-long': 'x'.repeat(9_500) })).status).toBe(200);
  });

  it.each([
    ['one header', { 'x-long': 'x'.repeat(10_240) }],
    ['many headers', Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`x-${index}`, 'x'.repeat(200)]))],
    ['far more than any server takes', { 'x-long': 'x'.repeat(100_000) }],
  ])('refuses more of them, in %s, in the usual error shape', async (_case, headers) => {
    expectRefusal(await sendChat(echo, headers), { status: 431, code: 'invalid_request', param: null });
  });
});
