import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDataPlane } from '../../lambdas/handlers/data-plane.ts';
import { answerWith, type FakeUpstream, type Respond, startFakeUpstream } from '../support/fake-upstream.ts';
import { createMemoryPorts, keyRecord, validKey } from '../support/memory-ports.ts';
import { createMemorySink } from '../support/memory-sink.ts';
import { toBytes, toText } from '../support/text.ts';

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream();
});
afterAll(() => upstream.close());

const credentials = { openai: 'sk-o', azure: 'az', anthropic: 'sk-a', gemini: 'AIza', groq: 'gsk' };

function createPorts(record = keyRecord) {
  const at = { baseUrl: upstream.url, credential: 'required' } as const;
  const upstreams = {
    openai: { ...at, api: 'openai' },
    azure: { ...at, api: 'azure-openai' },
    anthropic: { ...at, api: 'anthropic' },
    gemini: { ...at, api: 'gemini' },
    bedrock: { api: 'bedrock', baseUrl: upstream.url, region: 'eu-west-1' },
    groq: at,
    demo: { builtin: 'echo' },
  } as const;
  return createMemoryPorts({ upstreams, credentials, record });
}

interface Call {
  readonly path: string;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly respond?: Respond;
  readonly ports?: ReturnType<typeof createPorts>;
}

async function call({ path, body, headers = { 'x-api-key': validKey }, respond, ports = createPorts() }: Call) {
  const before = upstream.seen.length;
  if (respond) upstream.respond(respond);
  const sink = createMemorySink();
  const request = { requestId: 'req-1', method: 'POST', path: `/v1${path}`, headers, sourceIp: '127.0.0.1' };
  await createDataPlane(ports)({ ...request, body: toBytes(JSON.stringify(body)), remainingMs: 60_000 }, sink);
  const [seen] = upstream.seen.slice(before);
  const line = ports.lines.map((text) => JSON.parse(text)).find(({ event }) => event === 'request');
  return { sink, seen, sent: seen && JSON.parse(toText(seen.body)), line };
}

const sse = (events: readonly object[], named = true) =>
  events
    .map((event) => `${named && 'type' in event ? `event: ${event.type}\n` : ''}data: ${JSON.stringify(event)}\n\n`)
    .join('');
const stream = (text: string) => answerWith(200, text, { 'content-type': 'text/event-stream' });
const json = (value: object, status = 200) => answerWith(status, JSON.stringify(value));

const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content: [{ type: 'text', text: 'Hello' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 3, cache_read_input_tokens: 4, cache_creation_input_tokens: 0 },
};
const messageStream = sse([
  { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 3 } },
  { type: 'message_stop' },
]);
const response = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'gpt-5-mini',
  output: [
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Hello', annotations: [] }],
    },
  ],
  usage: { input_tokens: 9, output_tokens: 2, total_tokens: 11 },
};
const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'llama',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
};

const ask = { messages: [{ role: 'user', content: 'Hi' }] };
const toClaude = { model: 'anthropic/claude-sonnet-4-5', max_tokens: 64, ...ask };

describe('what a provider speaks itself', () => {
  it('passes byte for byte but for the model’s name, with the provider’s own headers', async () => {
    const { sink, seen } = await call({
      path: '/messages',
      body: { ...toClaude, thinking: { type: 'adaptive' }, a_field_of_tomorrow: 1 },
      headers: { 'x-api-key': validKey, 'anthropic-version': '2023-06-01', 'anthropic-beta': 'tomorrow-1' },
      respond: json(message),
    });
    const { model, ...rest } = toClaude;
    expect(toText(seen?.body ?? new Uint8Array())).toBe(
      JSON.stringify({ model: model.slice(10), ...rest, thinking: { type: 'adaptive' }, a_field_of_tomorrow: 1 }),
    );
    expect(seen?.path).toBe('/v1/messages');
    expect(seen?.headers).toMatchObject({ 'x-api-key': 'sk-a', 'anthropic-beta': 'tomorrow-1' });
    expect(seen?.headers).not.toHaveProperty('authorization');
    expect(sink.json).toEqual(message);
  });

  it.each([
    ['/messages', toClaude, messageStream, { inputTokens: 14, cachedInputTokens: 4, outputTokens: 3 }],
    [
      '/responses',
      { model: 'openai/gpt-5-mini', input: 'Hi' },
      sse([
        { type: 'response.created', response: { ...response, status: 'in_progress', output: [], usage: null } },
        { type: 'response.completed', response },
      ]),
      { inputTokens: 9, outputTokens: 2 },
    ],
  ])('streams %s as it came, and is charged what it reports', async (path, body, text, usage) => {
    const { sink, line } = await call({ path, body: { ...body, stream: true }, respond: stream(text) });
    expect(sink.text).toBe(text);
    expect(line).toMatchObject({ usage, status: 200 });
    expect(line).not.toHaveProperty('estimated');
  });

  it('is charged as estimated where a stream ends before its usage', async () => {
    const cut = messageStream.slice(0, messageStream.indexOf('event: message_delta'));
    const { line } = await call({ path: '/messages', body: { ...toClaude, stream: true }, respond: stream(cut) });
    expect(line).toMatchObject({ estimated: true });
  });

  it.each([
    ['/embeddings', { model: 'openai/text-embedding-3-small', input: ['a', 'b'] }, 5],
    ['/moderations', { model: 'openai/omni-moderation-latest', input: 'a' }, 0],
    ['/messages/count_tokens', { model: 'anthropic/claude-sonnet-4-5', ...ask }, 0],
  ])('serves %s', async (path, body, inputTokens) => {
    const answer = { object: 'x', input_tokens: 5, ...(inputTokens && { usage: { prompt_tokens: inputTokens } }) };
    const { sink, seen, line } = await call({ path, body, respond: json(answer) });
    expect(sink.json).toEqual(answer);
    expect(seen?.path).toBe(`/v1${path}`);
    expect(line.usage).toMatchObject({ inputTokens, outputTokens: 0 });
  });

  it('is asked with Azure’s header for a key where it is in Azure', async () => {
    const { seen } = await call({
      path: '/responses',
      body: { model: 'azure/mine', input: 'Hi' },
      respond: json(response),
    });
    expect(seen?.headers).toMatchObject({ 'api-key': 'az' });
    expect(seen?.headers).not.toHaveProperty('authorization');
  });
});

describe('what a provider does not speak', () => {
  it.each([
    ['anthropic', '/v1/messages', json(message), { 'x-api-key': 'sk-a', 'anthropic-version': '2023-06-01' }],
    [
      'gemini',
      '/v1/models/m:generateContent',
      json({
        candidates: [{ content: { role: 'model', parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 2, totalTokenCount: 11 },
      }),
      { 'x-goog-api-key': 'AIza' },
    ],
    [
      'bedrock',
      '/v1/model/m/converse',
      json({
        output: { message: { role: 'assistant', content: [{ text: 'Hello' }] } },
        stopReason: 'end_turn',
        usage: { inputTokens: 9, outputTokens: 2, totalTokens: 11 },
        metrics: { latencyMs: 1 },
      }),
      { authorization: 'signed for eu-west-1' },
    ],
  ])('is said to %s in its own words, and answered in Chat Completions’', async (provider, path, respond, headers) => {
    const { sink, seen, line } = await call({
      path: '/chat/completions',
      body: { model: `${provider}/m`, ...ask, max_tokens: 5, logit_bias: { 1: 1 } },
      respond,
    });
    expect(seen?.path).toBe(path);
    expect(seen?.headers).toMatchObject(headers);
    expect(sink.json).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
    });
    expect(sink.headers['x-portcullis-dropped']).toBe('logit_bias');
    expect(line.usage).toMatchObject({ outputTokens: provider === 'anthropic' ? 3 : 2 });
  });

  it.each([
    ['openai', '/v1/responses', json(response)],
    ['groq', '/v1/chat/completions', json(completion)],
    ['demo', undefined, json({})],
  ])('is answered in Anthropic’s words by %s', async (provider, path, respond) => {
    const { sink, seen } = await call({ path: '/messages', body: { ...toClaude, model: `${provider}/m` }, respond });
    expect(seen?.path).toBe(path);
    expect(sink.json).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' });
  });

  it('goes to OpenAI as a chat where Responses has no word for it', async () => {
    const body = { ...toClaude, model: 'openai/gpt-4o', stop_sequences: ['END'] };
    const { seen, sent } = await call({ path: '/messages', body, respond: json(completion) });
    expect(seen?.path).toBe('/v1/chat/completions');
    expect(sent).toMatchObject({ model: 'gpt-4o', stop: ['END'] });
  });

  it('is refused by the field’s name where it cannot be said, before anything is sent, and costs nothing', async () => {
    const ports = createPorts();
    const body = { model: 'anthropic/claude-sonnet-4-5', ...ask, n: 2 };
    const { sink, seen, line } = await call({ path: '/chat/completions', body, ports });
    expect(sink.status).toBe(400);
    expect(sink.json).toMatchObject({ error: { code: 'unsupported_parameter', param: 'n' } });
    expect(seen).toBeUndefined();
    expect(line).toMatchObject({ amountNano: 0 });
  });

  it('is not guessed at where a route has no counterpart', async () => {
    const { sink, seen } = await call({ path: '/embeddings', body: { model: 'anthropic/m', input: 'a' } });
    expect([sink.status, seen]).toEqual([400, undefined]);
    expect(sink.json).toMatchObject({ error: { code: 'invalid_request', param: 'model' } });
  });

  it('has its errors told in the client’s dialect, the provider’s words among them', async () => {
    const told = { type: 'error', error: { type: 'rate_limit_error', message: 'Slow down' } };
    const { sink, line } = await call({
      path: '/responses',
      body: { model: 'anthropic/m', input: 'Hi', max_output_tokens: 9 },
      respond: answerWith(429, JSON.stringify(told), { 'retry-after': '7' }),
    });
    expect(sink.status).toBe(429);
    expect(sink.headers['retry-after']).toBe('7');
    expect(sink.json).toMatchObject({ error: { message: 'Slow down', code: 'rate_limit_error' } });
    expect(line).toMatchObject({ amountNano: 0 });
  });

  it.each([
    ['HTML', answerWith(502, '<html>Bad gateway</html>', { 'content-type': 'text/html' }), 502],
    ['a success that is none', answerWith(200, '<html>', { 'content-type': 'text/html' }), 502],
    ['a redirect', answerWith(302, '', { location: 'http://169.254.169.254/' }), 502],
    ['an overload', json({ type: 'error', error: { type: 'overloaded_error', message: 'Busy' } }, 529), 529],
  ])('is told of %s as of an error', async (_name, respond, status) => {
    const body = { model: 'anthropic/m', ...ask, max_tokens: 5 };
    const { sink } = await call({ path: '/chat/completions', body, respond });
    expect(sink.status).toBe(status);
    expect(sink.json).toMatchObject({ error: { message: expect.any(String), type: expect.any(String) } });
    expect(sink.text).not.toContain('<html');
  });
});

/** The official SDKs, over the data plane within this process. */
function fetchOver(ports = createPorts()): typeof fetch {
  return async (input, init) => {
    const { pathname } = new URL(String(input));
    const sink = createMemorySink();
    const headers = Object.fromEntries(new Headers(init?.headers).entries());
    const request = { requestId: 'req-1', method: 'POST', path: pathname, headers, sourceIp: '127.0.0.1' };
    await createDataPlane(ports)({ ...request, body: toBytes(String(init?.body)), remainingMs: 60_000 }, sink);
    return new Response(sink.text, { status: sink.status, headers: { ...sink.headers } });
  };
}

const viaAnthropic = () =>
  new Anthropic({ apiKey: validKey, baseURL: 'http://gateway.test', fetch: fetchOver(), maxRetries: 0 });
const viaOpenAi = () =>
  new OpenAI({ apiKey: validKey, baseURL: 'http://gateway.test/v1', fetch: fetchOver(), maxRetries: 0 });

describe('the official SDKs', () => {
  it('read a stream of another provider’s as their own', async () => {
    upstream.respond(stream(messageStream));
    const answer = viaOpenAi().chat.completions.stream({
      model: 'anthropic/claude-sonnet-4-5',
      messages: [{ role: 'user', content: 'Hi' }],
      stream_options: { include_usage: true },
    });
    const whole = await answer.finalChatCompletion();
    expect(whole.choices[0]?.message.content).toBe('Hello');
    expect(whole.usage).toMatchObject({ prompt_tokens: 14, completion_tokens: 3 });
  });

  it('read what Claude Code asks for from a model of OpenAI’s dialect: tools, a cached system prompt, thinking', async () => {
    const arguments_ = { role: 'assistant', tool_calls: [{ index: 0, id: 'call_1', type: 'function' }] };
    const chunk = (delta: object, finish_reason: string | null = null) => ({
      id: 'c',
      choices: [{ index: 0, delta, finish_reason }],
    });
    const call1 = (text: string) => ({
      tool_calls: [{ index: 0, function: { name: text === '' ? 'Bash' : undefined, arguments: text } }],
    });
    upstream.respond(
      stream(
        `${sse(
          [
            chunk({
              ...arguments_,
              tool_calls: [{ ...arguments_.tool_calls[0], function: { name: 'Bash', arguments: '' } }],
            }),
            chunk(call1('{"command":')),
            chunk(call1('"ls"}')),
            chunk({}, 'tool_calls'),
            { id: 'c', choices: [], usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } },
          ],
          false,
        )}data: [DONE]\n\n`,
      ),
    );
    const whole = await viaAnthropic()
      .messages.stream({
        model: 'groq/llama',
        max_tokens: 4_096,
        system: [{ type: 'text', text: 'You are Claude Code.', cache_control: { type: 'ephemeral' } }],
        thinking: { type: 'enabled', budget_tokens: 1_024 },
        tools: [
          {
            name: 'Bash',
            description: 'Runs',
            input_schema: { type: 'object', properties: { command: { type: 'string' } } },
          },
        ],
        messages: [{ role: 'user', content: [{ type: 'text', text: 'ls' }] }],
        metadata: { user_id: 'u' },
      })
      .finalMessage();
    expect(whole.content).toMatchObject([{ type: 'tool_use', name: 'Bash', input: { command: 'ls' } }]);
    expect(whole.stop_reason).toBe('tool_use');
    expect(whole.usage).toMatchObject({ input_tokens: 9, output_tokens: 2 });
  });

  it.each([
    ['no such model', { ...toClaude, model: 'nobody/m' }, 404],
    ['no limit', { model: toClaude.model, ...ask }, 400],
  ])('of Anthropic raise the gateway’s own refusals as theirs: %s', async (_name, body, status) => {
    const { sink } = await call({ path: '/messages', body });
    expect(sink.status).toBe(status);
    expect(sink.json).toMatchObject({
      type: 'error',
      error: { type: expect.any(String), message: expect.any(String) },
      request_id: 'req-1',
    });
    const wrong = new Anthropic({ apiKey: 'none', baseURL: 'http://g', fetch: fetchOver(), maxRetries: 0 });
    const asked = wrong.messages.create({
      model: 'anthropic/m',
      max_tokens: 1,
      messages: [{ role: 'user', content: 'Hi' }],
    });
    await expect(asked).rejects.toThrow(Anthropic.AuthenticationError);
  });

  it.each([
    ['/messages', toClaude, 'anthropic'],
    ['/messages', { ...toClaude, model: 'groq/m' }, 'anthropic'],
    ['/responses', { model: 'openai/m', input: 'Hi' }, 'responses'],
  ])('are told of a stream that breaks, in %s, once', async (path, body, dialect) => {
    const respond: Respond = (answer) => {
      answer.writeHead(200, { 'content-type': 'text/event-stream' });
      answer.write(': hello\n\n');
      setTimeout(() => answer.destroy(), 20);
    };
    const { sink, line } = await call({ path, body: { ...body, stream: true }, respond });
    const errors = sink.text.split('\n\n').filter((event) => event.startsWith('event: error\n'));
    expect(errors).toHaveLength(1);
    const told = JSON.parse(errors[0]?.split('data: ')[1] ?? '{}');
    expect(told).toMatchObject(
      dialect === 'anthropic'
        ? { type: 'error', error: { type: 'api_error' } }
        : { type: 'error', code: 'upstream_error' },
    );
    expect(line).toMatchObject({ estimated: true });
  });
});

describe('a spend cap', () => {
  const capped = { ...keyRecord, limits: { maxBudgetNano: 1_000_000_000 } };

  it.each([
    ['/messages', { ...toClaude, tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools[0]'],
    ['/messages', { ...toClaude, speed: 'fast' }, 'speed'],
    ['/responses', { model: 'openai/gpt-4o-mini', input: 'Hi', tools: [{ type: 'web_search' }] }, 'tools[0]'],
    ['/responses', { model: 'openai/gpt-4o-mini', input: 'Hi', service_tier: 'priority' }, 'service_tier'],
  ])('refuses on %s what has no bound', async (path, body, param) => {
    const { sink, seen } = await call({ path, body, ports: createPorts(capped) });
    expect(sink.json).toMatchObject({ error: { code: 'unbounded_request', param } });
    expect(seen).toBeUndefined();
  });

  it('sets the limit of an answer in the words of the dialect that it is asked in', async () => {
    const asked = { ports: createPorts(capped) };
    const own = await call({
      ...asked,
      path: '/responses',
      body: { model: 'openai/gpt-4o-mini', input: 'Hi' },
      respond: json(response),
    });
    expect(own.sent.max_output_tokens).toBeGreaterThan(1_000);
    const ours = { ports: createPorts(capped) };
    const other = await call({
      ...ours,
      path: '/responses',
      body: { model: 'anthropic/claude-haiku-4-5', input: 'Hi' },
      respond: json(message),
    });
    expect(other.sent.max_tokens).toBe(Number(other.sink.headers['x-portcullis-max-tokens']));
    expect(other.line.amountNano).toBeGreaterThan(0);
  });

  it('holds for all inputs of an embedding together', async () => {
    const input = Array.from({ length: 50 }, () => 'x'.repeat(8_000));
    const answer = { data: [], usage: { prompt_tokens: 400_000, total_tokens: 400_000 } };
    const body = { model: 'openai/text-embedding-3-small', input };
    const { line } = await call({ path: '/embeddings', body, ports: createPorts(capped), respond: json(answer) });
    expect(line).not.toHaveProperty('isAboveBound');
    expect(line.amountNano).toBe(400_000 * 20);
  });
});

it('nothing in a model’s name reaches another host, or another route of the same one', async () => {
  const odd = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom(
      '..',
      '.',
      '../../admin',
      '//evil.test',
      '@evil.test',
      '%2e%2e',
      '\\..\\',
      '#',
      '?x=',
      'm:generateContent?',
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('gemini', 'bedrock'), odd, async (provider, name) => {
      const body = { model: `${provider}/${name}`, ...ask };
      const { seen } = await call({ path: '/chat/completions', body, respond: json({}) });
      const route =
        provider === 'gemini' ? /^\/v1\/models\/[^/?#]*:generateContent$/ : /^\/v1\/model\/[^/?#]+\/converse$/;
      if (seen !== undefined) expect(seen.path).toMatch(route);
    }),
    { numRuns: 60 },
  );
});
