import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectOwnHeaders } from '../../support/expect-error.ts';
import { answerWith, completion, type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.ts';
import { createTestKey, gateway, send, sendChat } from '../../support/gateway.ts';
import { providerCredential } from '../../support/provider-credential.ts';
import { toText } from '../../support/text.ts';

const chat = { model: 'openai/gpt-test', messages: [{ role: 'user', content: 'Hi' }] };
const whole = answerWith(200, JSON.stringify(completion));

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream(gateway.upstreamPort);
});
afterEach(() => upstream.respond(whole));
afterAll(() => upstream.close());

const lastBody = () => toText(upstream.seen.at(-1)?.body ?? new Uint8Array());

describe('POST /v1/chat/completions', () => {
  it('answers with the provider’s completion, byte for byte', async () => {
    const odd = ' {"choices" : [], "tomorrow":{"é":"\\u00e9"}}\n';
    upstream.respond(answerWith(200, odd, { 'content-type': 'application/json; charset=utf-8' }));
    const answer = await sendChat(chat);
    expect(answer).toMatchObject({ status: 200, text: odd });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-portcullis-provider': 'openai',
      'x-portcullis-overhead-ms': expect.stringMatching(/^\d+\.\d$/),
    });
    expectOwnHeaders(answer);
  });

  it('forwards the client’s bytes with the model’s own name, and the provider’s credential in place of the key', async () => {
    await sendChat(
      '{ "model":"openai/gpt-test",\n "messages":[{"role":"user","content":"\\u0041"}], "new_field":1e2 }',
    );
    expect(lastBody()).toBe(
      '{ "model":"gpt-test",\n "messages":[{"role":"user","content":"\\u0041"}], "new_field":1e2 }',
    );
    const headers = upstream.seen.at(-1)?.headers;
    expect(headers).toMatchObject({ authorization: `Bearer ${providerCredential}` });
    expect(JSON.stringify(headers)).not.toContain(gateway.masterKey.slice(17));
  });

  it('streams the provider’s events as they come', async () => {
    let release: () => void = () => undefined;
    upstream.respond((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[]}\n\n');
      release = () => response.end('data: [DONE]\n\n');
    });
    const response = await fetch(`${gateway.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.masterKey}` },
      body: JSON.stringify({ ...chat, stream: true }),
    });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    const received: string[] = [];
    for await (const piece of response.body ?? []) {
      // The provider goes on only after its first event has come through.
      if (received.length === 0) release();
      received.push(toText(piece));
    }
    expect(received[0]).toBe('data: {"choices":[]}\n\n');
    expect(received.join('')).toBe('data: {"choices":[]}\n\ndata: [DONE]\n\n');
  });

  it.each(['x-api-key', 'api-key', 'x-goog-api-key'])('takes the key from %s too', async (header) => {
    const body = JSON.stringify(chat);
    const answer = await send({ path: '/v1/chat/completions', body, headers: { [header]: gateway.masterKey } });
    expect(answer.status).toBe(200);
  });

  it('serves a key that expires tomorrow', async () => {
    const { key } = await createTestKey({ expiresAt: Math.floor(Date.now() / 1000) + 86_400 });
    expect((await sendChat(chat, { authorization: `Bearer ${key}` })).status).toBe(200);
  });

  it('calls a provider that needs no credential without one', async () => {
    expect((await sendChat({ ...chat, model: 'open/any' })).status).toBe(200);
    expect(upstream.seen.at(-1)?.headers).not.toHaveProperty('authorization');
  });

  it('answers from the built-in echo without any provider', async () => {
    const answer = await sendChat({ ...chat, model: 'demo/echo' });
    expect(answer.json).toMatchObject({ choices: [{ message: { role: 'assistant', content: 'Hi' } }] });
  });

  it('takes a body of a little under 4.5 MB, of bytes that are costly to escape', async () => {
    const content = '"\\\u0001é'.repeat(350_000);
    const answer = await sendChat({ ...chat, messages: [{ role: 'user', content }] });
    expect(answer.status).toBe(200);
    expect(JSON.parse(lastBody())).toMatchObject({ messages: [{ content }] });
  });
});
