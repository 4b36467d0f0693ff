import { statSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { get, type IncomingMessage, request as sendRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeFixtureAssembly } from '../../support/fixture-assembly.ts';
import { startTestStack, type TestStack } from '../../support/local-stack.ts';
import { waitUntil } from '../../support/wait-until.ts';

/** What the path says happens, in one environment at a time. */
const streaming = `
import { once } from 'node:events';
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let invocations = 0;
const begin = (stream, prelude) => awslambda.HttpResponseStream.from(stream, prelude);
const acts = {
  event: async (out, event) => { out = begin(out, {}); out.write(JSON.stringify(event)); out.end(); },
  environment: async (out) => { out = begin(out, {}); out.write(JSON.stringify({ env: process.env, argv: process.execArgv })); out.end(); },
  status: async (out) => {
    out = begin(out, { statusCode: 418, headers: { 'X-Own': 'yes', 'content-length': '999', date: 'then' }, cookies: ['a=1', 'b=2'] });
    out.write('short and stout'); out.end();
  },
  slow: async (out) => {
    out = begin(out, {});
    for (let part = 0; part < 4; part++) { out.write('part ' + part + ';'); await wait(100); }
    out.end();
  },
  count: async (out) => { const mine = ++invocations; await wait(200); out = begin(out, {}); out.write(process.pid + ':' + mine); out.end(); },
  large: async (out) => {
    out = begin(out, {});
    const chunk = Buffer.alloc(65536, 'x');
    for (let part = 0; part < 480; part++) if (!out.write(chunk)) { process.stdout.write('blocked\\n'); await once(out, 'drain'); }
    process.stdout.write('all sent\\n');
    out.end();
  },
  silent: async (out) => { begin(out, { statusCode: 200 }).end(); },
  throwFirst: async () => { throw new Error('before the first byte'); },
  throwLater: async (out) => { out = begin(out, {}); out.write('begun'); await wait(50); throw new Error('after it'); },
  exit: async () => { process.exit(3); },
  exitLater: async (out) => { out = begin(out, {}); out.write('begun'); await wait(50); process.exit(3); },
  hang: async () => { await new Promise(() => setInterval(() => {}, 1000)); },
  hangLater: async (out) => { out = begin(out, {}); out.write('begun'); await new Promise(() => setInterval(() => {}, 1000)); },
  exhaust: async () => { const all = []; for (;;) all.push(new Array(1e6).fill(Math.random())); },
  print: async (out) => {
    console.log('a line of the log'); process.stdout.write('two\\nlines\\n'); process.stderr.write('ünïcode\\n');
    out = begin(out, {}); out.write('ok'); out.end();
  },
  runOn: async (out) => {
    out = begin(out, {}); out.write('begun');
    for (let part = 0; part < 10; part++) { await wait(30); out.write('more'); }
    console.log('ran to its end'); out.end();
  },
  late: async (out) => {
    console.log('late began'); await wait(300); out = begin(out, {}); out.write(''); await wait(20); out.write('x'); out.end(); await wait(20); console.log('late ended');
  },
  raw: async (out) => { out.write('no prelude'); out.end(); },
};
export const handler = awslambda.streamifyResponse(async (event, out) => {
  await acts[event.pathParameters.proxy](out, event);
});
`;

const buffered = `
export const handler = async (event) => {
  const act = event.pathParameters.proxy;
  if (act === 'large') return { statusCode: 200, body: 'x'.repeat(6_300_000) };
  if (act === 'text') return 'not a proxy response';
  if (act === 'throw') throw new Error('no');
  if (act === 'slow') await new Promise((resolve) => setTimeout(resolve, 3000));
  return { statusCode: 200, headers: { 'content-type': 'text/plain' }, multiValueHeaders: { 'x-multi': ['1', '2'] }, body: 'whole' };
};
`;

const admin = `
export const handler = async () => ({ statusCode: 201, body: JSON.stringify({ id: 'acct_1', key: { key: 'ask_fixture' } }) });
`;

let assembly: string;
let stack: TestStack;
beforeAll(async () => {
  assembly = await writeFixtureAssembly({
    functions: {
      Stream: { source: streaming, timeoutSeconds: 2, memoryMb: 96, variables: { GIVEN: 'by the template' } },
      Buffer: { source: buffered, timeoutSeconds: 10 },
      Admin: { source: admin },
    },
    routes: [
      { segment: 's', functionId: 'Stream' },
      { segment: 'b', functionId: 'Buffer', mode: 'BUFFERED', timeoutMs: 1500 },
      { segment: 'mixed', functionId: 'Buffer', mode: 'STREAM' },
      { segment: 'admin', functionId: 'Admin', mode: 'BUFFERED', authorization: 'AWS_IAM' },
    ],
  });
  stack = await startTestStack({
    assemblyDir: assembly,
    maxEnvironments: 8,
    environment: { OPENAI_API_KEY: 'sk-secret-of-the-developer' },
  });
});
afterAll(async () => {
  await stack.stop();
  await rm(assembly, { recursive: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly message: IncomingMessage;
  readonly body: string;
  /** The connection was cut before the end. */
  readonly isCut: boolean;
}

function call(path: string, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = sendRequest(stack.url + path, { method: body === undefined ? 'GET' : 'POST', agent: false });
    request.on('error', reject);
    request.on('response', (message) => {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('error', () => undefined);
      message.on('close', () =>
        resolve({
          status: message.statusCode,
          message,
          body: Buffer.concat(chunks).toString(),
          isCut: !message.complete,
        }),
      );
    });
    request.end(body);
  });
}

async function logOf(group: string): Promise<string> {
  const folder = join(stack.dataDir, 'logs', group);
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const texts = files.filter((file) => file.endsWith('.log')).map((file) => readFile(join(folder, file), 'utf8'));
  return (await Promise.all(texts)).join('');
}

describe('a streamed answer', () => {
  test('has the status and the headers of its prelude, and the request id of the API', async () => {
    const { status, message, body } = await call('/s/status');
    expect(status).toBe(418);
    expect(body).toBe('short and stout');
    expect(message.headers).toMatchObject({
      'x-own': 'yes',
      'x-amzn-remapped-content-length': '999',
      'x-amzn-remapped-date': 'then',
      'set-cookie': ['a=1', 'b=2'],
      'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('reaches the client part by part, as it is written', async () => {
    const arrivals = await new Promise<number[]>((resolve, reject) => {
      const times: number[] = [];
      get(`${stack.url}/s/slow`, (message) => {
        message.on('data', () => times.push(performance.now()));
        message.on('end', () => resolve(times));
      }).on('error', reject);
    });
    expect(arrivals).toHaveLength(4);
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(200);
  });

  test('comes no faster than the client takes it, and whole', async () => {
    const size = await new Promise<number>((resolve, reject) => {
      get(`${stack.url}/s/large`, (message) => {
        let received = 0;
        message.on('data', (chunk: Buffer) => {
          received += chunk.length;
        });
        message.on('end', () => resolve(received));
        message.pause();
        waitUntil('the function is held back', async () =>
          (await logOf('aws/lambda/fixture-Stream')).includes('blocked'),
        )
          .then(async () => {
            expect(await logOf('aws/lambda/fixture-Stream')).not.toContain('all sent');
            message.resume();
          })
          .catch(reject);
      }).on('error', reject);
    });
    expect(size).toBe(480 * 65_536);
  });

  test.each(['silent', 'raw', 'throwFirst', 'exit'])('that never begins (%s) is a 502', async (act) => {
    const { status, body } = await call(`/s/${act}`);
    expect(status).toBe(502);
    expect(JSON.parse(body)).toEqual({ message: 'Internal server error' });
  });

  test.each(['throwLater', 'exitLater', 'hangLater'])(
    'that breaks after it began (%s) is cut, not ended',
    async (act) => {
      expect(await call(`/s/${act}`)).toMatchObject({ status: 200, body: 'begun', isCut: true });
    },
  );

  test('runs on when its client leaves: the function is told of nothing', async () => {
    await new Promise<void>((resolve, reject) => {
      const request = get(`${stack.url}/s/runOn`, (message) => {
        message.on('error', () => undefined);
        message.once('data', () => {
          request.destroy();
          resolve();
        });
      });
      request.on('error', reject);
    });
    await waitUntil('the function ends by itself', async () =>
      (await logOf('aws/lambda/fixture-Stream')).includes('ran to its end'),
    );
  });

  test('may begin after its client has left, and nothing comes of it', async () => {
    const request = get(`${stack.url}/s/late`);
    request.on('error', () => undefined);
    await waitUntil('the function runs', async () => (await logOf('aws/lambda/fixture-Stream')).includes('late began'));
    request.destroy();
    await waitUntil('the function ends', async () => (await logOf('aws/lambda/fixture-Stream')).includes('late ended'));
    expect((await call('/s/status')).status).toBe(418);
  });

  test('of a function that does not stream is a 502', async () => {
    expect((await call('/mixed/x')).status).toBe(502);
  });
});

describe('a buffered answer', () => {
  test('has the status, headers and body of its JSON', async () => {
    const { status, message, body } = await call('/b/x');
    expect({ status, body }).toEqual({ status: 200, body: 'whole' });
    expect(message.headers).toMatchObject({ 'content-type': 'text/plain', 'content-length': '5', 'x-multi': '1, 2' });
  });

  test.each(['text', 'throw', 'large'])('that is none (%s) is a 502', async (act) => {
    expect((await call(`/b/${act}`)).status).toBe(502);
  });

  test('that takes longer than the API waits is a 504', async () => {
    const { status, body } = await call('/b/slow');
    expect(status).toBe(504);
    expect(JSON.parse(body)).toEqual({ message: 'Endpoint request timed out' });
  });
});

describe('a function', () => {
  test('that takes longer than its timeout is stopped, and the next request works', async () => {
    const startMs = performance.now();
    expect((await call('/s/hang')).status).toBe(502);
    expect(performance.now() - startMs).toBeGreaterThan(1900);
    expect(await logOf('aws/lambda/fixture-Stream')).toContain('Task timed out after 2.00 seconds');
    expect((await call('/s/status')).status).toBe(418);
  });

  test('that takes more memory than it has is a 502, and the next request works', async () => {
    expect((await call('/s/exhaust')).status).toBe(502);
    expect((await call('/s/status')).status).toBe(418);
  });

  test('sees the variables of the template and of Lambda, and no others', async () => {
    const { body } = await call('/s/environment');
    const { env, argv } = JSON.parse(body);
    expect(env).toMatchObject({
      GIVEN: 'by the template',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'fixture-Stream',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '96',
      AWS_ENDPOINT_URL_DYNAMODB: stack.endpoints.dynamodb,
      AWS_ENDPOINT_URL_KMS: stack.endpoints.kms,
    });
    expect(argv).toContain('--max-old-space-size=96');
    const known = /^(AWS_\w+|_HANDLER|LAMBDA_TASK_ROOT|_X_AMZN_TRACE_ID|TZ|LANG|PATH|GIVEN)$/;
    expect(Object.keys(env).filter((name) => !known.test(name))).toEqual([]);
    expect(body).not.toContain('sk-secret-of-the-developer');
  });

  test('answers requests in parallel, each environment one at a time', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => call('/s/count')));
    const bodies = answers.map(({ body }) => body);
    expect(new Set(bodies).size).toBe(12);
    const processes = new Set(bodies.map((body) => body.split(':')[0]));
    expect(processes.size).toBeGreaterThan(1);
    expect(processes.size).toBeLessThanOrEqual(8);
  });

  test('has its output in its log group, line by line', async () => {
    await call('/s/print');
    await waitUntil('the log is written', async () => (await logOf('aws/lambda/fixture-Stream')).includes('ünïcode'));
    const events = (await logOf('aws/lambda/fixture-Stream'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const messages = events.map(({ message }) => message);
    expect(messages).toContainEqual(expect.stringMatching(/\tINFO\ta line of the log$/));
    expect(messages).toEqual(expect.arrayContaining(['two', 'lines', 'ünïcode']));
    expect(events.every(({ timestamp }) => Math.abs(Date.now() - timestamp) < 60_000)).toBe(true);
  });
});

describe('what AWS refuses is refused alike', () => {
  test('a body of over 10 MB, before the function sees it', async () => {
    const { status, body } = await call('/s/event', Buffer.alloc(10 * 1024 * 1024 + 1));
    expect(status).toBe(413);
    expect(JSON.parse(body)).toEqual({ message: 'Request Too Long' });
  });

  test('an event of over 6 MB; one of just below passes', async () => {
    expect((await call('/s/event', Buffer.alloc(4_800_000))).status).toBe(413);
    const { status, body } = await call('/s/event', Buffer.alloc(4_600_000, 'x'));
    expect(status).toBe(200);
    expect(Buffer.from(JSON.parse(body).body, 'base64')).toHaveLength(4_600_000);
  });

  test('an unknown route, and one that needs a signature', async () => {
    expect((await call('/nowhere')).status).toBe(403);
    const { status, body } = await call('/admin/accounts', '{}');
    expect(status).toBe(403);
    expect(JSON.parse(body)).toEqual({ message: 'Missing Authentication Token' });
  });

  test('headers of over 10,240 bytes, and far over', async () => {
    for (const size of [10_300, 100_000]) {
      const response = await fetch(`${stack.url}/s/event`, { headers: { 'x-large': 'a'.repeat(size) } });
      expect(response.status).toBe(431);
      await response.text();
    }
    const response = await fetch(`${stack.url}/s/event`, { headers: { 'x-large': 'a'.repeat(9000) } });
    expect(response.status).toBe(200);
    await response.text();
  });
});

test('every request leaves a line in the access log, with what the stage asks for', async () => {
  const { message, body } = await call('/s/status');
  const id = String(message.headers['x-amzn-requestid']);
  await waitUntil('the access log is written', async () => (await logOf('fixture-AccessLog')).includes(id));
  const lines = (await logOf('fixture-AccessLog')).trim().split('\n');
  const entries = lines.map((line) => JSON.parse(JSON.parse(line).message));
  expect(entries).toContainEqual({ id, status: '418', bytes: String(body.length) });
});

test('everything in the data folder is for its owner alone', async () => {
  const top = await readdir(stack.dataDir);
  expect(statSync(stack.dataDir).mode & 0o077).toBe(0);
  for (const name of top.filter((each) => each.endsWith('.json'))) {
    expect(statSync(join(stack.dataDir, name)).mode & 0o077, name).toBe(0);
  }
});
