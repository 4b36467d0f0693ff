import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLogged } from '../../lambdas/domain/limits/request-record.ts';
import { createDataPlane } from '../../lambdas/handlers/data-plane.ts';
import {
  answerWith,
  completion,
  type FakeUpstream,
  type Respond,
  startFakeUpstream,
} from '../support/fake-upstream.ts';
import { createMemoryPorts, keyRecord, validKey } from '../support/memory-ports.ts';
import { createMemorySink } from '../support/memory-sink.ts';
import { toBytes } from '../support/text.ts';

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream();
});
afterAll(() => upstream.close());

const chunk = (delta: object, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const usage = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 };
const streamed = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'Hello' }),
  chunk({}, 'stop'),
  `data: ${JSON.stringify({ id: 'c', choices: [], usage })}\n\n`,
  'data: [DONE]\n\n',
];

const stand: Respond = (response, { body }) => {
  const isStream = Buffer.from(body).toString().includes('"stream":true');
  const [type, text] = isStream
    ? ['text/event-stream', streamed.join('')]
    : ['application/json', JSON.stringify(completion)];
  answerWith(200, text, { 'content-type': type })(response, { method: '', path: '', headers: {}, body }, response.req);
};

const startsWith =
  (text: string, end: 'cut' | 'silent'): Respond =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text);
    if (end === 'cut') setTimeout(() => response.destroy(), 10);
  };

/** What each fault comes to: whether another target answers, and whether the first is paid for. */
const faults: readonly (readonly [string, Respond, { movesOn: boolean; mayBeBilled: boolean; isStream?: boolean }])[] =
  [
    [
      '429',
      answerWith(429, '{"error":{"message":"Slow down"}}', { 'retry-after': '0' }),
      { movesOn: true, mayBeBilled: false },
    ],
    ['500', answerWith(500, '{}'), { movesOn: true, mayBeBilled: false }],
    ['503, as HTML', answerWith(503, '<html>', { 'content-type': 'text/html' }), { movesOn: true, mayBeBilled: false }],
    [
      '529',
      answerWith(529, '{"type":"error","error":{"type":"overloaded_error"}}'),
      { movesOn: true, mayBeBilled: false },
    ],
    ['404', answerWith(404, '{}'), { movesOn: true, mayBeBilled: false }],
    ['400', answerWith(400, '{"error":{"message":"No"}}'), { movesOn: false, mayBeBilled: false }],
    ['a lost connection', (response) => response.destroy(), { movesOn: true, mayBeBilled: true }],
    ['no answer in time', () => undefined, { movesOn: true, mayBeBilled: true }],
    [
      'a stream that falls silent at once',
      startsWith(': hi\n\n', 'silent'),
      { movesOn: true, mayBeBilled: true, isStream: true },
    ],
    ['a stream cut at once', startsWith(': hi\n\n', 'cut'), { movesOn: true, mayBeBilled: true, isStream: true }],
    [
      'an error for the first event',
      startsWith(
        'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Busy"}}\n\n',
        'cut',
      ),
      { movesOn: true, mayBeBilled: true, isStream: true },
    ],
  ];

const firsts = {
  openai: { api: 'openai', model: 'gpt-4o-mini' },
  anthropic: { api: 'anthropic', model: 'claude-haiku-4-5' },
  gemini: { api: 'gemini', model: 'gemini-2.5-flash' },
  azure: { api: 'azure-openai', model: 'o3' },
  groq: { api: 'openai-compatible', model: 'llama-3.1-8b-instant' },
} as const;
type First = keyof typeof firsts;

function createPorts(first: First) {
  const upstreams = {
    [first]: { baseUrl: `${upstream.url}/first`, credential: 'optional', api: firsts[first].api },
    mistral: { baseUrl: `${upstream.url}/second`, credential: 'optional' },
  } as const;
  // Priced, so that what is charged shows.
  return createMemoryPorts({ upstreams, record: { ...keyRecord, limits: { maxBudgetNano: 1_000_000_000_000 } } });
}

interface Ask {
  readonly ports: ReturnType<typeof createPorts>;
  readonly model: string;
  readonly isStream?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask({ ports, model, isStream = false, headers = {} }: Ask) {
  const sink = createMemorySink();
  const body = { model, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 8, ...(isStream && { stream: true }) };
  await createDataPlane(ports)(
    {
      requestId: `req-${Math.floor(performance.now() * 1e3)}`,
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { 'x-api-key': validKey, 'x-portcullis-timeout-ms': '80', ...headers },
      body: toBytes(JSON.stringify(body)),
      sourceIp: '127.0.0.1',
      remainingMs: 60_000,
    },
    sink,
  );
  const records = [...ports.stores.kept.values()].filter(isLogged);
  const { committed = 0, reserved = 0 } = ports.stores.states.get(`key:${keyRecord.id}`) ?? {};
  return { sink, records, committed, reserved };
}

const second = { 'x-portcullis-fallbacks': 'mistral/mistral-small-latest' };

function answerBy(fault: Respond): Respond {
  return (response, request, raw) =>
    request.path.includes('/first/') ? fault(response, request, raw) : stand(response, request, raw);
}

const providers = Object.entries(firsts).map(([name, { model }]) => [name, model] as const);

describe.each(providers)('%s', (name, model) => {
  it('fails over before the first token only, and each attempt that may have been billed is paid for once', async () => {
    const rows: string[] = [];
    const isFirst = (value: string): value is First => value in firsts;
    if (!isFirst(name)) throw new Error(name);
    for (const [fault, respond, { movesOn, mayBeBilled, isStream }] of faults) {
      upstream.respond(answerBy(respond));
      const ports = createPorts(name);
      const { sink, records, committed, reserved } = await ask({
        ports,
        model: `${name}/${model}`,
        isStream,
        headers: second,
      });
      const [one, two] = records;
      rows.push(
        `${name} | ${fault} | ${sink.status} by ${sink.headers['x-portcullis-provider']} | ${records.map(({ amountNano, estimated }) => `${amountNano}${estimated ? ' (est.)' : ''}`).join(' + ')}`,
      );
      expect([fault, sink.status, sink.headers['x-portcullis-provider']]).toEqual(
        movesOn ? [fault, 200, 'mistral'] : [fault, 400, name],
      );
      expect([fault, records.length]).toEqual([fault, movesOn ? 2 : 1]);
      expect([fault, (one?.amountNano ?? 0) > 0, one?.estimated]).toEqual([fault, mayBeBilled, mayBeBilled]);
      if (movesOn) expect([fault, two?.estimated, (two?.amountNano ?? 0) > 0]).toEqual([fault, false, true]);
      expect(committed).toBe(records.reduce((sum, { amountNano }) => sum + amountNano, 0));
      expect(reserved).toBe(0);
    }
    process.stdout.write(`${rows.join('\n')}\n`);
  });
});

describe('a request without a stand-in', () => {
  it('is made again where the provider was busy, under the same reservation', async () => {
    let calls = 0;
    upstream.respond((response, request, raw) => {
      calls += 1;
      return (calls < 3 ? answerWith(503, '{}') : stand)(response, request, raw);
    });
    const { sink, records } = await ask({ ports: createPorts('openai'), model: 'openai/gpt-4o-mini' });
    expect([sink.status, calls, records.length]).toEqual([200, 3, 1]);
    expect(sink.headers['x-portcullis-attempts']).toBe('3');
  });

  it.each([
    ['that may have been billed', ((response) => response.destroy()) satisfies Respond, {}],
    ['that wants none made', answerWith(503, '{}'), { 'x-portcullis-max-retries': '0' }],
    ['that is wrong', answerWith(400, '{}'), {}],
  ])('is never made again after one %s', async (_name, respond, headers) => {
    const before = upstream.seen.length;
    upstream.respond(respond);
    await ask({ ports: createPorts('openai'), model: 'openai/gpt-4o-mini', headers });
    expect(upstream.seen.length - before).toBe(1);
  });
});

it('a stream that breaks behind its first token stays with its provider, and says so', async () => {
  upstream.respond(answerBy(startsWith(streamed.slice(0, 2).join(''), 'cut')));
  const { sink, records } = await ask({
    ports: createPorts('openai'),
    model: 'openai/gpt-4o-mini',
    isStream: true,
    headers: second,
  });
  expect(sink.headers['x-portcullis-provider']).toBe('openai');
  expect(sink.text.startsWith(streamed.slice(0, 2).join(''))).toBe(true);
  expect(sink.text).toContain('"code":"upstream_error"');
  expect(records).toMatchObject([{ estimated: true }]);
});

it('a stream that moved on is whole', async () => {
  upstream.respond(answerBy(answerWith(503, '{}')));
  const { sink } = await ask({
    ports: createPorts('openai'),
    model: 'openai/gpt-4o-mini',
    isStream: true,
    headers: second,
  });
  expect(sink.text).toBe([...streamed.slice(0, 3), ...streamed.slice(4)].join(''));
});

it('a provider that fails on and on is left alone, and tried again after a rest', async () => {
  let nowMs = Date.UTC(2026, 10, 25);
  const ports = createMemoryPorts({
    upstreams: {
      openai: { baseUrl: `${upstream.url}/first`, credential: 'optional' },
      mistral: { baseUrl: `${upstream.url}/second`, credential: 'optional' },
    },
    nowMs: () => nowMs,
  });
  const calledFirst = () => upstream.seen.filter(({ path }) => path.includes('/first/')).length;
  upstream.respond(answerBy(answerWith(500, '{}')));
  const send = () => ask({ ports, model: 'openai/gpt-4o-mini', headers: second });
  for (let n = 0; n < 5; n += 1) await send();
  const whenOpen = calledFirst();
  const { sink } = await send();
  expect([sink.status, sink.headers['x-portcullis-provider'], calledFirst()]).toEqual([200, 'mistral', whenOpen]);
  nowMs += 11_000;
  upstream.respond(stand);
  await send();
  expect(calledFirst()).toBe(whenOpen + 1);
  await send();
  expect(calledFirst()).toBe(whenOpen + 2);
});

it.each([
  [{ 'x-portcullis-fallbacks': 'a b' }, 'x-portcullis-fallbacks'],
  [{ 'x-portcullis-fallbacks': '' }, 'x-portcullis-fallbacks'],
  [{ 'x-portcullis-max-retries': '-1' }, 'x-portcullis-max-retries'],
  [{ 'x-portcullis-max-retries': '6' }, 'x-portcullis-max-retries'],
])('a header that says nothing sensible is refused by its name: %j', async (headers, param) => {
  const { sink } = await ask({ ports: createPorts('openai'), model: 'openai/gpt-4o-mini', headers });
  expect(sink.status).toBe(400);
  expect(sink.json).toMatchObject({ error: { code: 'invalid_request', param } });
});
