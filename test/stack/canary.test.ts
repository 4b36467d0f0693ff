import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseKey } from '../../lambdas/domain/keys/key-format.ts';
import { startDynamoDb } from '../../local/dynamodb/start.ts';
import {
  answerWith,
  completion,
  type FakeUpstream,
  type Respond,
  startFakeUpstream,
} from '../support/fake-upstream.ts';
import { type HttpAnswer, sendHttp } from '../support/http-client.ts';
import { createLeakDetector } from '../support/leak-detector.ts';
import { readOperatorKeys, sendSigned } from '../support/operator.ts';
import {
  listFunctionProcesses,
  type RunnerProcess,
  runToEnd,
  seedAssembly,
  startRunner,
} from '../support/runner-process.ts';

/** Stands for a prompt or an answer. */
const canary = 'Zq7cAnaryK0x93LmPw52';
const credential = 'skCredential7Hq20VbXnR4';
const folder = mkdtempSync(join(tmpdir(), 'portcullis-canary-'));
const dataDir = join(folder, 'data');

let upstream: FakeUpstream;
let runner: RunnerProcess;
let key = '';
beforeAll(async () => {
  upstream = await startFakeUpstream();
  await seedAssembly(dataDir);
  runner = await startRunner({
    dataDir,
    // Outside of the data folder, as it is the one file that holds the key, and is asked for to do so.
    readyPath: join(folder, 'ready.json'),
    args: ['--upstream', `openai=${upstream.url}`],
    environment: { OPENAI_API_KEY: credential },
  });
  key = runner.ready.masterKey ?? '';
});
afterAll(async () => {
  await upstream.close();
  rmSync(folder, { recursive: true, force: true });
});

const json = (value: unknown, headers = {}) =>
  answerWith(200, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
const sse = (text: string) => answerWith(200, text, { 'content-type': 'text/event-stream' });
const said = {
  ...completion,
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: `${canary} é`,
        tool_calls: [{ id: canary, type: 'function', function: { name: canary, arguments: `{"${canary}":1}` } }],
      },
    },
  ],
};
const event = `data: ${JSON.stringify({ choices: [{ delta: { content: canary } }] })}\n\n`;
const usage = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 1, note: canary } })}\n\n`;
const breakOff =
  (head: string, contentType: string): Respond =>
  (response, _request, raw) => {
    response.writeHead(200, { 'content-type': contentType });
    response.write(head, () => raw.socket.destroy());
  };
const fallSilent =
  (head: string, contentType: string): Respond =>
  (response) =>
    response.writeHead(200, { 'content-type': contentType }).write(head);
const crash: Respond = () => {
  for (const pid of listFunctionProcesses(runner.ready.pid)) process.kill(pid, 'SIGKILL');
};

const chat = {
  model: 'openai/gpt-test',
  messages: [
    { role: 'system', content: `Never say ${canary}` },
    { role: 'user', content: [{ type: 'text', text: canary }] },
    { role: 'assistant', tool_calls: [{ id: canary, type: 'function', function: { name: 'f', arguments: canary } }] },
    { role: 'tool', tool_call_id: canary, content: canary },
  ],
  tools: [{ type: 'function', function: { name: canary, description: canary } }],
  metadata: { [canary]: canary },
  user: canary,
};

interface Probe {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | object;
  readonly respond?: Respond;
  /** What shows that the request went the way that it was made for. */
  readonly status: number;
  /** The answer is the provider's, or the caller's own name of a field. @default false */
  readonly quotes?: boolean;
}

const soon = { 'x-portcullis-timeout-ms': '500' };
const sneaky = {
  'user-agent': canary,
  'openai-beta': canary,
  'idempotency-key': canary,
  'x-request-id': canary,
  'x-forwarded-for': canary,
  'x-amzn-trace-id': canary,
  referer: `http://${canary}/`,
  cookie: `c=${canary}`,
  'content-type': `application/${canary}`,
  [`x-${canary}`]: canary,
};

const probes: Readonly<Record<string, Probe>> = {
  'a prompt and its answer': { body: chat, respond: json(said), status: 200, quotes: true },
  'a stream': { body: { ...chat, stream: true }, respond: sse(event + usage), status: 200, quotes: true },
  'the echo': { body: { ...chat, model: 'demo/echo' }, status: 200, quotes: true },
  'the echo, streaming': { body: { ...chat, model: 'demo/echo', stream: true }, status: 200, quotes: true },
  'headers of every kind': { headers: sneaky, body: chat, respond: json(said), status: 200, quotes: true },
  'a model’s name': { body: { ...chat, model: `openai/${canary}` }, respond: json(said), status: 200, quotes: true },
  'an unknown model': { body: { ...chat, model: canary }, status: 404 },
  'an unknown provider': { body: { ...chat, model: `${canary}/${canary}` }, status: 404 },
  'a model asked for by name': { path: `/v1/models/${canary}`, status: 404 },
  'a query': { path: `/v1/models?q=${canary}&${canary}=1`, status: 200 },
  'a path': { path: `/v1/${canary}?${canary}`, status: 404 },
  'a path beyond the API': { path: `/${canary}`, status: 404 },
  'a path to the operator': { path: `/admin/${canary}`, body: chat, status: 403 },
  'a method': { method: 'REPORT', path: `/v1/${canary}`, body: chat, status: 404 },
  'half a JSON': { body: `{"messages":"${canary}`, status: 400 },
  'JSON with the text at its fault': { body: `{"a":${canary}}`, status: 400 },
  'text that looks like a stack frame': { body: `\n    at ${canary} (${canary}:1:1)`, status: 400 },
  'invalid UTF-8': { body: Buffer.concat([Buffer.from(`"${canary}`), Buffer.from([0xff])]), status: 400 },
  'a wrong type': { body: { ...chat, stream: canary }, status: 400 },
  'a wrong type, deep': { body: { ...chat, messages: [{ role: 'user', content: [canary] }] }, status: 400 },
  'a field given twice': { body: `{"${canary}":1,"${canary}":2}`, status: 400, quotes: true },
  'no messages': { body: { model: canary, [canary]: canary }, status: 400 },
  'a wrong timeout': { headers: { 'x-portcullis-timeout-ms': canary }, body: chat, status: 400 },
  'too large a body': { body: `{"a":"${canary.repeat(235_000)}"}`, status: 413 },
  'too large a body for Lambda': { body: `{"a":"${canary.repeat(300_000)}"}`, status: 413 },
  'too large a body for the API': { body: `{"a":"${canary.repeat(600_000)}"}`, status: 413 },
  'no key': { headers: { authorization: `Basic ${canary}` }, body: chat, status: 401 },
  'a wrong key': { headers: { authorization: `Bearer ${canary}` }, body: chat, status: 401 },
  'an error of the provider': {
    body: chat,
    respond: answerWith(400, `{"error":"${canary}"}`),
    status: 400,
    quotes: true,
  },
  'a crash of the provider': { body: chat, respond: answerWith(500, `oops ${canary}`), status: 500, quotes: true },
  'garbage of the provider': { body: chat, respond: answerWith(200, `{"${canary}`), status: 502 },
  'a page of the provider': {
    body: chat,
    respond: answerWith(200, canary, { 'content-type': 'text/html' }),
    status: 502,
  },
  'a redirect of the provider': {
    body: chat,
    respond: answerWith(307, canary, { location: `http://${canary}/` }),
    status: 502,
  },
  'headers of the provider': {
    body: chat,
    respond: json(completion, { 'set-cookie': canary, 'x-request-id': canary, [`x-${canary}`]: canary }),
    status: 200,
  },
  'no HTTP of the provider': { body: chat, respond: (_, __, raw) => raw.socket.end(`${canary}\r\n\r\n`), status: 502 },
  'an answer that breaks off': { body: chat, respond: breakOff(`{"${canary}`, 'application/json'), status: 502 },
  'an answer that falls silent': {
    headers: soon,
    body: chat,
    respond: fallSilent(`{"${canary}`, 'application/json'),
    status: 504,
  },
  'a stream that breaks off': {
    body: { ...chat, stream: true },
    respond: breakOff(`${event}data: ${canary}`, 'text/event-stream'),
    status: 200,
    quotes: true,
  },
  'a stream that falls silent': {
    headers: soon,
    body: { ...chat, stream: true },
    respond: fallSilent(`${event}data: ${canary}`, 'text/event-stream'),
    status: 200,
    quotes: true,
  },
  'a function that dies with it in hand': { body: chat, respond: crash, status: 502 },
};

async function probe({ path = '/v1/chat/completions', method, headers, body, respond }: Probe): Promise<HttpAnswer> {
  if (respond !== undefined) upstream.respond(respond);
  const bytes = typeof body === 'object' && !(body instanceof Uint8Array) ? JSON.stringify(body) : body;
  const signedIn = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const call = { url: runner.origin + path, headers: { ...signedIn, ...headers }, body: bytes };
  return sendHttp(method === undefined ? call : { ...call, method });
}

const detector = createLeakDetector({ canary });

/** The tables of the stopped gateway, to be read as any client reads them. */
async function openTables() {
  const store = await startDynamoDb({ dataDir, tables: [] });
  const credentials = { accessKeyId: 'TEST', secretAccessKey: 'test' };
  return { store, client: new DynamoDBClient({ endpoint: store.endpoint, region: 'us-east-1', credentials }) };
}

describe('a prompt or an answer is in nothing that the gateway says of its own', () => {
  it.each(Object.entries(probes))('%s', async (_name, request) => {
    const answer = await probe(request);
    expect(answer.status).toBe(request.status);
    const found = detector.search('answer', JSON.stringify(answer.headers) + answer.text);
    if (request.quotes === true) expect(found).not.toEqual([]);
    else expect(found).toEqual([]);
  });

  it('signed calls of the operator that are refused', async () => {
    const keys = readOperatorKeys(dataDir);
    const refused = [`{"name":"${canary}`, { name: 'a', plan: canary }, { name: `${canary}\n` }];
    for (const body of refused) {
      const answer = await sendSigned({ origin: runner.origin, keys, path: '/admin/accounts', body });
      expect(answer.status).toBe(400);
      expect(detector.search('answer', answer.text)).toEqual([]);
    }
  });

  it('a client that hangs up, or speaks no HTTP', async () => {
    upstream.respond(fallSilent(event, 'text/event-stream'));
    const body = JSON.stringify({ ...chat, stream: true });
    const headers = { authorization: `Bearer ${key}`, ...soon };
    const response = await fetch(`${runner.ready.baseUrl}/chat/completions`, { method: 'POST', headers, body });
    await response.body?.cancel();
    const { port } = new URL(runner.origin);
    const lines = [
      `${canary}\r\n\r\n`,
      `GET /${canary} HTTP/9.9\r\n${canary}\r\n\r\n`,
      `GET / HTTP/1.1\r\nx: ${canary.repeat(2000)}\r\n\r\n`,
    ];
    for (const line of lines) {
      const answered = await new Promise<string>((done, failed) => {
        const socket = connect(Number(port), '127.0.0.1', () => socket.end(line));
        const pieces: Buffer[] = [];
        socket.on('data', (piece) => pieces.push(piece));
        socket.on('close', () => done(Buffer.concat(pieces).toString()));
        socket.on('error', failed);
      });
      expect(answered).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(detector.search('answer', answered)).toEqual([]);
    }
  });
});

describe('after all of it', () => {
  const secrets = () => {
    const parts = parseKey(key);
    if (parts === 'malformed') throw new Error('the master key does not parse');
    return createLeakDetector({ canary, credential, 'secret of the master key': parts.secret });
  };

  it('nothing of it is on disk while the gateway runs', () => {
    expect(secrets().searchFolder(dataDir)).toEqual([]);
  });

  it('nothing of it is on disk, in a log or in a table once the gateway has stopped', async () => {
    expect(await runner.end('SIGTERM')).toBe(0);
    expect(secrets().searchFolder(dataDir)).toEqual([]);
    const { store, client } = await openTables();
    try {
      expect(await secrets().searchTables(client)).toEqual([]);
    } finally {
      await store.stop();
    }
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    process.stdout.write(
      `canary: ${Object.keys(probes).length} kinds of request, ${files.length} files and all tables, no leak\n`,
    );
  });

  it('the process has said nothing of it, but shown its key, once', () => {
    const [shown, ...others] = secrets().search('output', runner.output());
    expect(shown).toMatchObject({ secret: 'secret of the master key', encoding: 'raw' });
    expect(others).toEqual([]);
    expect(runner.output().split(key)).toHaveLength(runner.output().includes('curl') ? 3 : 2);
  });

  it('the logs had something to say, so that their silence counts', () => {
    const logs = readdirSync(join(dataDir, 'logs'), { recursive: true, encoding: 'utf8' });
    expect(logs.filter((name) => name.endsWith('.log')).length).toBeGreaterThan(2);
    expect(createLeakDetector({ route: 'chat-completions' }).searchFolder(join(dataDir, 'logs'))).not.toEqual([]);
  });
});

describe('the detector, by which the silence was judged, finds what is planted', () => {
  const planted = 'Pl4ntedLeak8Xc61QrTz';
  const finds = createLeakDetector({ planted });
  const encoded = (text: string) => [text, Buffer.from(text).toString('base64'), Buffer.from(text).toString('hex')];

  it('in a log', () => {
    const log = readdirSync(join(dataDir, 'logs'), { recursive: true, encoding: 'utf8' }).find((name) =>
      name.endsWith('.log'),
    );
    if (log === undefined) throw new Error('there is no log to plant a leak in');
    for (const text of encoded(`prompt: ${planted}!`)) {
      appendFileSync(join(dataDir, 'logs', log), `${JSON.stringify({ message: text })}\n`);
    }
    const found = finds.searchFolder(dataDir);
    expect(new Set(found.map(({ place }) => place))).toEqual(new Set([join('logs', log)]));
    expect(found).toHaveLength(3);
    rmSync(join(dataDir, 'logs', log));
    expect(finds.searchFolder(dataDir)).toEqual([]);
  });

  it('in an item of a table, and in the files that it lies in', async () => {
    const { store, client } = await openTables();
    try {
      const { TableNames = [] } = await client.send(new ListTablesCommand({}));
      const TableName = TableNames.find((name) => name.includes('Usage'));
      const Item = { pk: { S: 'REQUEST#1' }, sk: { S: 'REQUEST' }, prompt: { S: planted } };
      await client.send(new PutItemCommand({ TableName, Item }));
      expect(await finds.searchTables(client)).toEqual([
        { secret: 'planted', encoding: 'raw', place: `table ${TableName}` },
      ]);
    } finally {
      await store.stop();
    }
    expect(finds.searchFolder(dataDir).map(({ place }) => place)).toContainEqual(expect.stringMatching(/^dynamodb/));
  });

  it('in what a process says', async () => {
    const { output } = await runToEnd(['--data', dataDir, `--${planted}`]);
    expect(finds.search('output', output)).not.toEqual([]);
  });

  it('in the body of an error', async () => {
    upstream.respond(answerWith(400, JSON.stringify({ error: { message: `you said ${planted}` } })));
    const answer = await sendHttp({ url: `${upstream.url}/chat/completions`, body: '{}' });
    expect(finds.search('answer', answer.text)).not.toEqual([]);
  });
});
