import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  answerWith,
  completion,
  type FakeUpstream,
  type Respond,
  startFakeUpstream,
} from '../support/fake-upstream.ts';
import { gateway } from '../support/gateway.ts';

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream(gateway.upstreamPort);
});
afterEach(() => upstream.respond(answerWith(200, JSON.stringify(completion))));
afterAll(() => upstream.close());

const sdk = (options: { apiKey?: string; timeout?: number; maxRetries?: number } = {}) =>
  new OpenAI({ baseURL: gateway.baseUrl, apiKey: gateway.masterKey, maxRetries: 0, ...options });
const messages = [{ role: 'user', content: 'What is the weather in Paris?' } as const];
const chat = { model: 'openai/gpt-test', messages };

const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-test' };
const chunk = (delta: object, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason }], usage: null })}\n\n`;
const usage = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 };
const usageChunk = `data: ${JSON.stringify({ ...head, choices: [], usage })}\n\n`;
const stream = (...events: string[]): Respond =>
  answerWith(200, events.join(''), { 'content-type': 'text/event-stream; charset=utf-8' });
const done = 'data: [DONE]\n\n';

const weather = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
} as const;

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** What the SDK raised. */
async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

describe('the official SDK, with nothing changed but its base URL', () => {
  it('lists and retrieves models', async () => {
    const ids: string[] = [];
    for await (const { id } of sdk().models.list()) ids.push(id);
    expect(ids).toContain('openai/gpt-5-mini');
    expect(await sdk().models.retrieve('openai/gpt-5-mini')).toMatchObject({
      id: 'openai/gpt-5-mini',
      object: 'model',
    });
    expect(await sdk().models.retrieve('demo/echo')).toMatchObject({ owned_by: 'demo' });
  });

  it('chats, and knows the request by its id', async () => {
    const answer = await sdk().chat.completions.create(chat);
    expect(answer).toMatchObject(completion);
    expect(answer._request_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('streams, with usage where it asks for it', async () => {
    upstream.respond(
      stream(chunk({ role: 'assistant', content: 'Hel' }), chunk({ content: 'lo' }, 'stop'), usageChunk, done),
    );
    const asked = { ...chat, stream: true, stream_options: { include_usage: true } } as const;
    const chunks = await collect(await sdk().chat.completions.create(asked));
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Hello');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage });
  });

  it('streams without a usage chunk where it does not', async () => {
    upstream.respond(stream(chunk({ content: 'Hello' }, 'stop'), usageChunk, done));
    const chunks = await collect(await sdk().chat.completions.create({ ...chat, stream: true }));
    expect(chunks).toHaveLength(1);
    expect(chunks[0]?.choices).toHaveLength(1);
  });

  it('calls tools and hands their results back', async () => {
    const call = {
      id: 'call_1',
      type: 'function',
      function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
    } as const;
    const message = { role: 'assistant' as const, content: null, tool_calls: [call] };
    upstream.respond(
      answerWith(200, JSON.stringify({ ...completion, choices: [{ index: 0, message, finish_reason: 'tool_calls' }] })),
    );
    const first = await sdk().chat.completions.create({ ...chat, tools: [weather] });
    expect(first.choices[0]?.message.tool_calls).toEqual([call]);
    upstream.respond(answerWith(200, JSON.stringify(completion)));
    const result = { role: 'tool', tool_call_id: 'call_1', content: '{"celsius":21}' } as const;
    await sdk().chat.completions.create({ ...chat, tools: [weather], messages: [...messages, message, result] });
    const sent: unknown = JSON.parse(Buffer.from(upstream.seen.at(-1)?.body ?? []).toString());
    expect(sent).toEqual({ model: 'gpt-test', tools: [weather], messages: [...messages, message, result] });
  });

  it('puts a streamed tool call together from its pieces', async () => {
    const piece = (fragment: object) => chunk({ tool_calls: [{ index: 0, ...fragment }] });
    upstream.respond(
      stream(
        chunk({ role: 'assistant', content: null }),
        piece({ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '' } }),
        piece({ function: { arguments: '{"ci' } }),
        piece({ function: { arguments: 'ty":"Paris"}' } }),
        chunk({}, 'tool_calls'),
        done,
      ),
    );
    const runner = sdk().chat.completions.stream({ ...chat, tools: [weather] });
    const { choices } = await runner.finalChatCompletion();
    expect(choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ id: 'call_1', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } }] },
    });
  });

  it('chats, streams and calls a tool on demo/echo, without any provider', async () => {
    const echo = { ...chat, model: 'demo/echo' };
    const answer = await sdk().chat.completions.create(echo);
    expect(answer.choices[0]?.message.content).toBe(messages[0]?.content);
    const asked = { ...echo, stream: true, stream_options: { include_usage: true } } as const;
    const chunks = await collect(await sdk().chat.completions.create(asked));
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(messages[0]?.content);
    expect(chunks.at(-1)?.usage?.total_tokens).toBeGreaterThan(0);
    const runner = sdk().chat.completions.stream({ ...echo, tools: [weather], tool_choice: 'required' });
    expect((await runner.finalChatCompletion()).choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: 'get_weather' },
    });
    expect(upstream.seen.filter(({ body }) => Buffer.from(body).includes('echo'))).toEqual([]);
  });
});

describe('the official SDK raises its own typed error', () => {
  const ask = (options = {}, body = {}) => failureOf(sdk(options).chat.completions.create({ ...chat, ...body }));

  it('AuthenticationError for a key that is not one', async () => {
    const error = await ask({ apiKey: 'sk-wrong' });
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error).toMatchObject({ status: 401, code: 'invalid_api_key', requestID: expect.any(String) });
  });

  it('BadRequestError for a request that is not one, with the field at fault', async () => {
    const error = await ask({}, { messages: [] });
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ status: 400, code: 'invalid_request', param: 'messages' });
  });

  it('NotFoundError for a model that there is not', async () => {
    const error = await ask({}, { model: 'nobody/gpt' });
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' });
    expect(await failureOf(sdk().models.retrieve('nobody/gpt'))).toBeInstanceOf(OpenAI.NotFoundError);
  });

  it('RateLimitError for the provider’s own 429, whose retry-after it then keeps to', async () => {
    const body = '{"error":{"message":"slow down","type":"tokens","param":null,"code":"rate_limit_exceeded"}}';
    const headers = { 'content-type': 'application/json', 'retry-after-ms': '300' };
    upstream.respond(answerWith(429, body, headers));
    const error = await ask();
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded', type: 'tokens' });
    expect(error instanceof OpenAI.RateLimitError && error.headers.get('retry-after-ms')).toBe('300');

    const startedAtMs = performance.now();
    upstream.respond((response, request, raw) => {
      upstream.respond(answerWith(200, JSON.stringify(completion)));
      answerWith(429, body, headers)(response, request, raw);
    });
    expect(await sdk({ maxRetries: 1 }).chat.completions.create(chat)).toMatchObject(completion);
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(295);
  });

  it('APIError with status 413 for a body that is too large', async () => {
    const error = await ask({}, { messages: [{ role: 'user', content: 'x'.repeat(4_600_000) }] });
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toMatchObject({ status: 413, code: 'request_too_large' });
  });

  it('InternalServerError for a provider that breaks off, and does not pay for it twice', async () => {
    upstream.respond((_response, _request, raw) => raw.socket.destroy());
    const already = upstream.seen.length;
    const error = await ask({ maxRetries: 2 });
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error).toMatchObject({ status: 502, code: 'upstream_error', type: 'server_error' });
    expect(upstream.seen.slice(already)).toHaveLength(1);
  });

  it('APIError in the midst of a stream that breaks, after all that had come', async () => {
    upstream.respond((response, _request, raw) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk({ content: 'Hello' }), () => raw.socket.destroy());
    });
    const received: string[] = [];
    const error = await failureOf(
      (async () => {
        for await (const { choices } of await sdk().chat.completions.create({ ...chat, stream: true })) {
          received.push(choices[0]?.delta.content ?? '');
        }
      })(),
    );
    expect(received).toEqual(['Hello']);
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toMatchObject({ code: 'upstream_error', type: 'server_error' });
  });

  it('APIConnectionTimeoutError where its own patience ends first', async () => {
    upstream.respond(() => undefined);
    expect(await ask({ timeout: 200 })).toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
  });

  it('APIUserAbortError where the application itself gives up a stream', async () => {
    upstream.respond((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk({ content: 'Hello' }));
    });
    const running = await sdk().chat.completions.create({ ...chat, stream: true });
    const received: unknown[] = [];
    for await (const piece of running) {
      received.push(piece);
      running.controller.abort();
    }
    expect(received).toHaveLength(1);
    expect(running.controller.signal.aborted).toBe(true);
  });
});
