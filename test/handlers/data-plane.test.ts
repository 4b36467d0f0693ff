import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GatewayFault } from '../../lambdas/domain/errors.ts';
import { isLogged } from '../../lambdas/domain/limits/request-record.ts';
import { createDataPlane, maxBodyBytes } from '../../lambdas/handlers/data-plane.ts';
import type { GatewayRequest } from '../../lambdas/http/gateway-request.ts';
import { answerWith, completion, type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import {
  createMemoryPorts,
  forgedKey,
  keyRecord,
  type MemoryPorts,
  publicId,
  unknownKey,
  validKey,
} from '../support/memory-ports.ts';
import { createMemorySink } from '../support/memory-sink.ts';
import { toBytes } from '../support/text.ts';

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream();
});
afterEach(() => upstream.respond(answerWith(200, JSON.stringify(completion))));
afterAll(() => upstream.close());

const canary = 'c4n4ry-7f3a';
const chat = { model: 'openai/gpt-test', messages: [{ role: 'user', content: canary }] };

function createPorts(overrides: Partial<MemoryPorts> = {}): MemoryPorts {
  const upstreams = {
    openai: { baseUrl: upstream.url, credential: 'required' },
    groq: { baseUrl: upstream.url, credential: 'required' },
    vllm: { baseUrl: upstream.url, credential: 'optional' },
    demo: { builtin: 'echo' },
  } as const;
  return { ...createMemoryPorts({ upstreams, credentials: { openai: 'sk-openai' } }), ...overrides };
}

function toRequest(overrides: Partial<GatewayRequest> = {}): GatewayRequest {
  return {
    requestId: 'req-1',
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${validKey}` },
    body: toBytes(JSON.stringify(chat)),
    sourceIp: '127.0.0.1',
    remainingMs: 60_000,
    ...overrides,
  };
}

async function serve(overrides: Partial<GatewayRequest> = {}, ports = createPorts()) {
  const sink = createMemorySink();
  await createDataPlane(ports)(toRequest(overrides), sink);
  expect(sink.ended).toBe(true);
  return { sink, ports };
}

const withBody = (value: unknown) => ({ body: toBytes(typeof value === 'string' ? value : JSON.stringify(value)) });
const withKey = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

describe('a request that the gateway refuses', () => {
  it.each([
    ['no key', { headers: {} }, 401, 'missing_api_key'],
    ['an empty key', { headers: { authorization: 'Bearer ' } }, 401, 'missing_api_key'],
    ['a key of another scheme', { headers: { authorization: `Basic ${validKey}` } }, 401, 'missing_api_key'],
    ['noise for a key', withKey('sk-not-ours'), 401, 'invalid_api_key'],
    ['a mistyped key', withKey(validKey.replace('S3', 'S4')), 401, 'invalid_api_key'],
    ['an unknown key', withKey(unknownKey), 401, 'invalid_api_key'],
    ['another secret for a known id', withKey(forgedKey), 401, 'invalid_api_key'],
    ['an unknown route', { path: '/v1/nonsense' }, 404, 'not_found'],
    ['security.txt where nobody is named', { path: '/.well-known/security.txt', method: 'GET' }, 404, 'not_found'],
    ['another method', { method: 'PUT' }, 404, 'not_found'],
    ['malformed JSON', withBody('{"model":'), 400, 'invalid_json'],
    ['an empty body', withBody(''), 400, 'invalid_json'],
    ['invalid UTF-8', { body: Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]) }, 400, 'invalid_json'],
    ['a list', withBody([chat]), 400, 'invalid_request'],
    ['no model', withBody({ messages: chat.messages }), 400, 'missing_model'],
    ['a field given twice', withBody(`{"model":"a",${JSON.stringify(chat).slice(1)}`), 400, 'invalid_request'],
    [
      'a field given twice within a field',
      withBody(
        `${JSON.stringify(chat).slice(0, -1)},"stream":true,"stream_options":{"include_usage":false,"include_usage":true}}`,
      ),
      400,
      'invalid_request',
    ],
    [
      'a header that cannot be passed on',
      { headers: { authorization: `Bearer ${validKey}`, 'openai-beta': 'ä日' } },
      400,
      'invalid_request',
    ],
    ['a wrong type', withBody({ ...chat, stream: 'yes' }), 400, 'invalid_request'],
    ['a model of nobody', withBody({ ...chat, model: 'nobody/gpt' }), 404, 'model_not_found'],
    ['a model whose provider has no credential', withBody({ ...chat, model: 'groq/llama' }), 404, 'model_not_found'],
    ['a body over the limit', { body: new Uint8Array(maxBodyBytes + 1) }, 413, 'request_too_large'],
  ])('for %s says so in the OpenAI error shape', async (_case, overrides, status, code) => {
    const before = upstream.seen.length;
    const { sink } = await serve(overrides);
    expect(sink.status).toBe(status);
    expect(sink.json).toEqual({
      error: {
        message: expect.any(String),
        type: 'invalid_request_error',
        param: expect.toBeOneOf([null, expect.any(String)]),
        code,
      },
    });
    expect(sink.headers['x-request-id']).toBe('req-1');
    expect(upstream.seen.length).toBe(before);
  });

  it('because its key is disabled or expired learns that only with the right secret', async () => {
    const disabled = createMemoryPorts({ record: { ...keyRecord, status: 'disabled' } });
    expect((await serve({}, disabled)).sink.json).toMatchObject({ error: { code: 'key_disabled' } });
    expect((await serve(withKey(forgedKey), disabled)).sink.json).toMatchObject({ error: { code: 'invalid_api_key' } });
    const expired = createMemoryPorts({ record: { ...keyRecord, expiresAt: 1_700_000_000 } });
    expect((await serve({}, expired)).sink.json).toMatchObject({ error: { code: 'key_expired' } });
  });

  it('never gets its own words back, nor leaves them in a log', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('model', 'messages', 'stream', 'n', 'tools', 'stop'),
        fc.jsonValue(),
        async (field, value) => {
          const odd = { ...chat, model: `nobody/${canary}`, [field]: value };
          const { sink, ports } = await serve(withBody(odd));
          expect(sink.status).toBeGreaterThanOrEqual(400);
          expect(sink.status).toBeLessThan(500);
          expect(sink.text).not.toContain(canary);
          expect(ports.lines.join('\n')).not.toContain(canary);
        },
      ),
    );
  });
});

describe('a key', () => {
  it.each(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'])('may come in %s', async (header) => {
    const { sink } = await serve({
      headers: { [header]: header === 'authorization' ? `bearer ${validKey}` : validKey },
    });
    expect(sink.status).toBe(200);
  });

  it('is known to the log by its public id alone', async () => {
    const { ports } = await serve();
    expect(ports.lines.join('\n')).toContain(publicId);
    expect(ports.lines.join('\n')).not.toContain(validKey.slice(17));
  });
});

describe('a chat completion', () => {
  it('reaches the client byte for byte, unknown fields included', async () => {
    const odd = `{ "choices":[],  "new":1e3 ,"usage":null}\n`;
    upstream.respond(
      answerWith(200, odd, {
        'content-type': 'application/json; charset=utf-8',
        'openai-version': 'v',
        'set-cookie': 'a=b',
      }),
    );
    const { sink } = await serve();
    expect(sink.text).toBe(odd);
    expect(sink.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'openai-version': 'v',
      'x-portcullis-provider': 'openai',
    });
    expect(sink.headers).not.toHaveProperty('set-cookie');
    expect(Number(sink.headers['x-portcullis-overhead-ms'])).toBeGreaterThanOrEqual(0);
  });

  it('takes the provider’s credential with it, and never the caller’s key', async () => {
    await serve({
      headers: { authorization: `Bearer ${validKey}`, 'x-api-key': validKey, cookie: 'a=b', 'openai-beta': 'b1' },
    });
    const seen = upstream.seen.at(-1);
    expect(seen?.path).toBe('/v1/chat/completions');
    expect(seen?.headers).toMatchObject({ authorization: 'Bearer sk-openai', 'openai-beta': 'b1' });
    expect(JSON.stringify(seen?.headers)).not.toContain('ask_');
    expect(seen?.headers).not.toHaveProperty('cookie');
  });

  it.each(['x'.repeat(5_000), 'application/json; name=é'])(
    'has a plain head whatever the provider’s says: %.30s',
    async (type) => {
      const headers = { 'content-type': type, 'openai-version': type, 'retry-after': '1' };
      upstream.respond(answerWith(200, '{}', headers));
      const { sink } = await serve();
      expect(sink).toMatchObject({
        status: 200,
        text: '{}',
        headers: { 'content-type': 'application/json', 'retry-after': '1' },
      });
      expect(sink.headers).not.toHaveProperty('openai-version');
    },
  );

  it('goes without a credential to a server that needs none', async () => {
    expect((await serve(withBody({ ...chat, model: 'vllm/local' }))).sink.status).toBe(200);
    expect(upstream.seen.at(-1)?.headers).not.toHaveProperty('authorization');
  });

  it.each([400, 401, 404, 429, 500, 503])('passes a provider’s own %i through unchanged', async (status) => {
    const own = `{"error":{"message":"the provider's words","type":"t","code":null}}`;
    upstream.respond(answerWith(status, own, { 'content-type': 'application/json', 'retry-after': '3' }));
    const { sink } = await serve();
    expect(sink).toMatchObject({ status, text: own });
    expect(sink.headers['retry-after']).toBe('3');
  });

  it.each([
    ['answers HTML', answerWith(200, '<html>', { 'content-type': 'text/html' }), 502, 'upstream_error'],
    ['answers half a JSON', answerWith(200, '{"choices":['), 502, 'upstream_error'],
    ['answers nothing', answerWith(200, ''), 502, 'upstream_error'],
    ['redirects', answerWith(307, '', { location: 'http://127.0.0.1:1' }), 502, 'upstream_error'],
    [
      'compresses unasked',
      answerWith(200, '{}', { 'content-encoding': 'gzip', 'content-type': 'application/json' }),
      502,
      'upstream_error',
    ],
    ['hangs', () => undefined, 504, 'upstream_timeout'],
  ])(
    'whose provider %s fails as one of the gateway’s own faults, without a word of it',
    async (_case, respond, status, code) => {
      upstream.respond(respond);
      const headers = { authorization: `Bearer ${validKey}`, 'x-portcullis-timeout-ms': '100' };
      const { sink } = await serve({ headers });
      expect(sink.status).toBe(status);
      expect(sink.json).toMatchObject({ error: { type: 'server_error', param: null, code } });
      expect(sink.text).not.toContain('html');
    },
  );

  it.each(['0', '-1', 'soon', '1.5', ''])('with the timeout %j is refused', async (timeout) => {
    const { sink } = await serve({
      headers: { authorization: `Bearer ${validKey}`, 'x-portcullis-timeout-ms': timeout },
    });
    expect(sink.json).toMatchObject({ error: { code: 'invalid_request', param: 'x-portcullis-timeout-ms' } });
  });
});

const chunk = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }], usage: null })}\n\n`;
const usageChunk = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } })}\n\n`;
const done = 'data: [DONE]\n\n';
const stream = (text: string) => answerWith(200, text, { 'content-type': 'text/event-stream' });

describe('what the gateway itself took', () => {
  it('does not hold the time that a provider took to fail', async () => {
    upstream.respond(() => undefined);
    const headers = { authorization: `Bearer ${validKey}`, 'x-portcullis-timeout-ms': '300' };
    const { sink } = await serve({ headers });
    expect(sink.status).toBe(504);
    expect(Number(sink.headers['x-portcullis-overhead-ms'])).toBeLessThan(250);
  });
});

describe('a stream', () => {
  it('is told from a complete answer by its headers, and asks for its usage whether the client did or not', async () => {
    upstream.respond(stream(chunk('a') + usageChunk + done));
    const { sink, ports } = await serve(withBody({ ...chat, stream: true }));
    expect(sink.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(sink.text).toBe(chunk('a') + done);
    expect(JSON.parse(Buffer.from(upstream.seen.at(-1)?.body ?? []).toString())).toMatchObject({
      stream_options: { include_usage: true },
    });
    expect(JSON.parse(ports.lines.at(-1) ?? '')).toMatchObject({ usage: { inputTokens: 5, outputTokens: 2 } });
  });

  it('shows its usage to a client that asked', async () => {
    upstream.respond(stream(chunk('a') + usageChunk + done));
    const { sink } = await serve(withBody({ ...chat, stream: true, stream_options: { include_usage: true } }));
    expect(sink.text).toBe(chunk('a') + usageChunk + done);
  });

  it.each([
    ['breaks off', 'upstream_error', (end: () => void) => end()],
    ['falls silent', 'upstream_timeout', () => undefined],
  ])('that %s ends with an error event behind the last whole event', async (_case, code, then) => {
    upstream.respond((response, _request, raw) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`${chunk('a')}data: {"choi`, () => then(() => raw.socket.destroy()));
    });
    const headers = { authorization: `Bearer ${validKey}`, 'x-portcullis-timeout-ms': '150' };
    const { sink, ports } = await serve({ ...withBody({ ...chat, stream: true }), headers });
    const [first, last, ...more] = sink.text.split('\n\n');
    expect(`${first}\n\n`).toBe(chunk('a'));
    expect(JSON.parse(last?.slice('data: '.length) ?? '')).toMatchObject({ error: { type: 'server_error', code } });
    expect(more).toEqual(['']);
    expect(ports.lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'fault', requestId: 'req-1', code },
      { event: 'request', code },
    ]);
  });
});

describe('the charge of a stream', () => {
  const ask = withBody({ ...chat, model: 'openai/gpt-4o-mini', stream: true, max_completion_tokens: 100 });
  /** $0.15 for a million tokens in, $0.60 for a million out, of which it used 5 and 2. */
  const used = { amountNano: 5 * 150 + 2 * 600, estimated: false, inputTokens: 5, outputTokens: 2 };
  const breakBehind = (text: string) =>
    upstream.respond((response, _request, raw) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(text, () => raw.socket.destroy());
    });
  const recordOf = ({ stores }: MemoryPorts) => {
    const record = stores.kept.get('req-1');
    return record !== undefined && isLogged(record) ? record : undefined;
  };

  it('that breaks when its usage has been told is what it used', async () => {
    breakBehind(chunk('a') + usageChunk);
    const { ports } = await serve(ask);
    expect(recordOf(ports)).toMatchObject({ ...used, status: 'failed' });
  });

  it('that breaks before is all that was reserved, also where it counted along', async () => {
    const counting = { choices: [{ delta: { content: 'a' } }], usage: { prompt_tokens: 5, completion_tokens: 1 } };
    breakBehind(`data: ${JSON.stringify(counting)}\n\n`);
    const { ports } = await serve(ask);
    const record = recordOf(ports);
    expect(record).toMatchObject({ estimated: true, status: 'failed' });
    expect(record?.amountNano).toBe(record?.reservedNano);
    expect(record?.amountNano).toBeGreaterThan(100 * 600);
  });

  it('whose client cannot even be answered is what it used, as soon as the provider has ended', async () => {
    upstream.respond(stream(chunk('a') + usageChunk + done));
    const ports = createPorts();
    const sink = createMemorySink();
    const begin = () => {
      throw new Error('gone');
    };
    await createDataPlane(ports)(toRequest(ask), { begin, write: sink.write, end: () => undefined });
    expect(recordOf(ports)).toMatchObject({ ...used, status: 'completed' });
  });
});

describe('a client that is slow', () => {
  it('gets nothing behind the error event that ends its stream, whatever was still to be written', async () => {
    upstream.respond((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk('a') + usageChunk + chunk('b'));
    });
    const sink = createMemorySink();
    let take: () => void = () => undefined;
    const slow = {
      begin: sink.begin,
      end: sink.end,
      write(bytes: Uint8Array) {
        void sink.write(bytes);
        return new Promise<void>((taken) => {
          take = taken;
        });
      },
    };
    // 15 s of it are the margin.
    const request = toRequest({ ...withBody({ ...chat, stream: true }), remainingMs: 15_100 });
    await createDataPlane(createPorts())(request, slow);
    take();
    await sleep(50);
    const events = sink.text.split('\n\n');
    expect(`${events[0]}\n\n`).toBe(chunk('a'));
    expect(JSON.parse(events[1]?.slice('data: '.length) ?? '')).toMatchObject({ error: { code: 'upstream_timeout' } });
    expect(events.slice(2)).toEqual(['']);
    expect(sink.ended).toBe(true);
  });
});

describe('the built-in echo', () => {
  const echo = { model: 'demo/echo', messages: [{ role: 'user', content: 'Hello there, world' }] };

  it('answers with what it was asked', async () => {
    const { sink } = await serve(withBody(echo));
    expect(sink.json).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: 'Hello there, world' }, finish_reason: 'stop' }],
    });
  });

  it('streams the same', async () => {
    const { sink } = await serve(withBody({ ...echo, stream: true, stream_options: { include_usage: true } }));
    const events = sink.text.split('\n\n').filter((event) => event.startsWith('data: {'));
    const chunks = events.map((event) => JSON.parse(event.slice(6)));
    expect(
      chunks
        .flatMap(({ choices }) => choices.map((choice: { delta: { content?: string } }) => choice.delta.content ?? ''))
        .join(''),
    ).toBe('Hello there, world');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 5 } });
    expect(sink.text.endsWith(done)).toBe(true);
  });

  it('calls the tool that the request demands', async () => {
    const tools = [{ type: 'function', function: { name: 'look_up' } }];
    const { sink } = await serve(withBody({ ...echo, tools, tool_choice: 'required' }));
    expect(sink.json).toMatchObject({
      choices: [{ finish_reason: 'tool_calls', message: { tool_calls: [{ function: { name: 'look_up' } }] } }],
    });
  });
});

const modelList = z.object({ object: z.literal('list'), data: z.array(z.object({ id: z.string() })) });

describe('the models', () => {
  const get = (path: string) => serve({ method: 'GET', path, body: new Uint8Array() });

  it('listed are those that can be called now', async () => {
    const { sink } = await get('/v1/models');
    const ids = modelList.parse(sink.json).data.map(({ id }) => id);
    expect(ids).toContain('openai/gpt-5-mini');
    expect(ids).toContain('demo/echo');
    expect(ids.filter((id) => id.startsWith('groq/'))).toEqual([]);
  });

  it('are listed whether or not the credentials can be opened now', async () => {
    const ports = createPorts();
    const credentials = { ...ports.credentials, reveal: () => Promise.reject(new Error('KMS says no')) };
    const { sink } = await serve({ method: 'GET', path: '/v1/models' }, { ...ports, credentials });
    expect(modelList.parse(sink.json).data.map(({ id }) => id)).toContain('openai/gpt-5-mini');
  });

  it.each(['openai/gpt-5-mini', 'openai%2Fgpt-5-mini', 'gpt-5-mini'])('are found as %s', async (id) => {
    const { sink } = await get(`/v1/models/${id}`);
    expect(sink.json).toEqual({ id: 'openai/gpt-5-mini', object: 'model', created: 0, owned_by: 'openai' });
  });

  it.each(['nobody/x', 'groq/llama-3.3-70b-versatile', '%E0%A4%A', ''])(
    'that are not there (%j) are not found',
    async (id) => {
      expect((await get(`/v1/models/${id}`)).sink.json).toMatchObject({ error: { code: 'model_not_found' } });
    },
  );
});

const failing = (fault: Error) => ({
  loadPolicy: () => Promise.reject(fault),
  reloadPolicy: () => Promise.reject(fault),
});

describe('a fault of our own', () => {
  it('of the store is a 503, never a 401, and nothing is forwarded', async () => {
    const before = upstream.seen.length;
    const policies = failing(new GatewayFault('service_unavailable', { cause: new Error(canary) }));
    const { sink, ports } = await serve({}, createPorts({ policies }));
    expect(sink).toMatchObject({ status: 503, json: { error: { code: 'service_unavailable' } } });
    expect(sink.text + ports.lines.join()).not.toContain(canary);
    expect(upstream.seen.length).toBe(before);
  });

  it('tells in the log where it happened, and no line of what was said there', async () => {
    const policies = failing(new Error(`no\n    at ${canary} (file:///x.mjs:1:1)`));
    const { ports } = await serve({}, createPorts({ policies }));
    expect(ports.lines.join()).not.toContain(canary);
    expect(ports.lines.join()).toContain('data-plane');
  });

  it('that nobody foresaw is a 500 without a message', async () => {
    const policies = failing(new TypeError(canary));
    const { sink, ports } = await serve({}, createPorts({ policies }));
    expect(sink).toMatchObject({ status: 500, json: { error: { code: 'internal_error' } } });
    expect(sink.text + ports.lines.join()).not.toContain(canary);
    expect(ports.lines.join()).toContain('TypeError');
  });

  it('leaves the health check alone, which needs no key and no store', async () => {
    const policies = failing(new Error('down'));
    const { sink } = await serve({ method: 'GET', path: '/healthz', headers: {} }, createPorts({ policies }));
    expect(sink).toMatchObject({ status: 200, json: { status: 'ok' } });
  });
});
