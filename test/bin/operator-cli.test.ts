import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { json, text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runOperatorCli } from '../../bin/operator/run-operator-cli.ts';
import { verifySignature } from '../../local/operator/verify-signature.ts';

const SECRET = 'sk-provider-secret';
const operator = { accessKeyId: 'LOCALOPERATOR01', secretAccessKey: 'local-secret', region: 'us-east-1' };
const account = {
  object: 'account',
  id: 'acct_1',
  name: 'Search',
  plan: 'startup',
  status: 'active',
  key: { object: 'api_key', key: 'ask_shown_once' },
};

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

describe('portcullis', () => {
  const seen: Seen[] = [];
  let reply: { status: number; body: unknown; headers?: Record<string, string> };
  let server: Server;
  let url = '';
  let dataDir = '';

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { method = '', url: path = '', headers } = request;
      seen.push({ method, path, headers, body: Buffer.concat(chunks) });
      response.writeHead(reply.status, { 'x-request-id': 'r-1', ...reply.headers });
      response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    url = `http://127.0.0.1:${address.port}`;
    dataDir = await mkdtemp(join(tmpdir(), 'portcullis-cli-'));
    await writeFile(join(dataDir, 'operator-credentials.json'), JSON.stringify({ url, ...operator }));
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await rm(dataDir, { recursive: true });
  });
  beforeEach(() => {
    reply = { status: 201, body: account };
  });
  afterEach(() => {
    seen.length = 0;
  });

  async function run(args: readonly string[], { stdin = '', variables = {} } = {}) {
    let out = '';
    let talk = '';
    const code = await runOperatorCli(args, {
      variables,
      stdin: Readable.from([stdin]),
      write: (part) => {
        out += part;
      },
      tell: (part) => {
        talk += part;
      },
      fetch,
    });
    return { code, out, talk };
  }

  const create = () => ['account', 'create', '--name', 'Search', '--plan', 'startup', '--data', dataDir];
  const setCredential = (...more: string[]) => ['provider', 'set-credential', 'openai', '--data', dataDir, ...more];

  test('creates an account by a call that is signed as AWS signs it', async () => {
    const { code, out, talk } = await run(create());
    expect(code).toBe(0);
    expect(seen).toHaveLength(1);
    const [{ method, path, headers, body } = { method: '', path: '', headers: {}, body: Buffer.alloc(0) }] = seen;
    expect([method, path, JSON.parse(body.toString())]).toEqual([
      'POST',
      '/admin/accounts',
      { name: 'Search', plan: 'startup' },
    ]);
    expect(await verifySignature({ method, path, query: '', headers, body }, operator, Date.now())).toBe('valid');
    expect(out).toBe('account  acct_1\nplan     startup\nkey      ask_shown_once\n');
    expect(talk).toContain('only time that the key is shown');
    expect(talk).not.toContain('ask_');
  });

  test('a plan that is not named is not sent', async () => {
    await run(['account', 'create', '--name', 'Search', '--data', dataDir]);
    expect(JSON.parse(String(seen[0]?.body))).toEqual({ name: 'Search' });
  });

  test('--json prints the whole answer, and nothing else, on stdout', async () => {
    const { out } = await run([...create(), '--json']);
    expect(JSON.parse(out)).toEqual(account);
  });

  test('stores a credential from stdin, without its line end, and never prints it', async () => {
    reply = { status: 200, body: { object: 'provider_credential', provider: 'openai', last4: 'cret' } };
    const { code, out, talk } = await run(setCredential(), { stdin: `${SECRET}\n` });
    expect(code).toBe(0);
    expect(seen[0]).toMatchObject({ method: 'PUT', path: '/admin/providers/openai/credential' });
    expect(JSON.parse(String(seen[0]?.body))).toEqual({ api_key: SECRET });
    expect(out).toBe('openai  …cret\n');
    expect(out + talk).not.toContain(SECRET);
  });

  test('stores a credential from the variable that is named', async () => {
    reply = { status: 200, body: { provider: 'openai', last4: 'cret' } };
    await run(setCredential('--from-env', 'MY_KEY'), { variables: { MY_KEY: SECRET } });
    expect(JSON.parse(String(seen[0]?.body))).toEqual({ api_key: SECRET });
  });

  test('a provider name cannot leave its place in the path', async () => {
    reply = { status: 404, body: { error: { message: 'No provider.', code: 'not_found' } } };
    const { code } = await run(['provider', 'set-credential', '../accounts', '--data', dataDir], { stdin: SECRET });
    expect(code).toBe(2);
    expect(seen[0]?.path).toBe('/admin/providers/..%2Faccounts/credential');
  });

  const stored = { object: 'model_price', model: 'together/my-model', input: '0.20', output: '0.60' };
  const setPrice = (...more: string[]) => ['price', 'set', 'together/my-model', '--data', dataDir, ...more];

  test('sets a price as it was given, amounts as text and sizes as numbers', async () => {
    reply = { status: 200, body: { ...stored, context_window: 131_072 } };
    const args = ['--input', '0.20', '--output', '0.60', '--cached-input', '0.02', '--context-window', '131072'];
    const { code, out, talk } = await run(setPrice(...args));
    expect(code).toBe(0);
    expect(seen[0]).toMatchObject({ method: 'PUT', path: '/admin/prices' });
    expect(JSON.parse(String(seen[0]?.body))).toEqual({
      model: 'together/my-model',
      input: '0.20',
      output: '0.60',
      cached_input: '0.02',
      context_window: 131_072,
    });
    expect(out).toBe('together/my-model  input 0.20  output 0.60  context_window 131072\n');
    expect(talk).toContain('within half a minute');
  });

  test('reads a price with tiers from a file or from stdin, and options come on top', async () => {
    reply = { status: 200, body: stored };
    const tiers = { input: '1', output: '2', long_context: [{ above: 200_000, input: '2', output: '3' }] };
    const file = join(dataDir, 'price.json');
    await writeFile(file, JSON.stringify(tiers));
    await run(setPrice('--file', file, '--input', '0.5'));
    await run(setPrice('--file', '-'), { stdin: JSON.stringify(tiers) });
    expect(seen.map(({ body }) => JSON.parse(String(body)))).toEqual([
      { ...tiers, input: '0.5', model: 'together/my-model' },
      { ...tiers, model: 'together/my-model' },
    ]);
  });

  test('lists prices, one a line, or the whole answer as JSON', async () => {
    const tiered = { ...stored, model: 'openai/gpt-5*', long_context: [{ above: 1, input: '1', output: '1' }] };
    reply = { status: 200, body: { object: 'list', data: [tiered, stored] } };
    const { code, out, talk } = await run(['price', 'list', '--data', dataDir]);
    expect({ code, talk }).toEqual({ code: 0, talk: '' });
    expect(seen[0]).toMatchObject({ method: 'GET', path: '/admin/prices' });
    expect(seen[0]?.body).toHaveLength(0);
    const tier = JSON.stringify(tiered.long_context);
    expect(out.split('\n')).toEqual([
      `openai/gpt-5*  input 0.20  output 0.60  long_context ${tier}`,
      'together/my-model  input 0.20  output 0.60',
      '',
    ]);
    expect(JSON.parse((await run(['price', 'list', '--json', '--data', dataDir])).out)).toEqual(reply.body);
    reply = { status: 200, body: { object: 'list', data: [] } };
    expect((await run(['price', 'list', '--data', dataDir])).talk).toContain('No prices of your own');
  });

  test('deletes a price by a query that is signed as AWS signs it', async () => {
    reply = { status: 200, body: { object: 'model_price.deleted', model: 'openai/gpt-5*', deleted: true } };
    const { code, out } = await run(['price', 'delete', 'openai/gpt-5*', '--data', dataDir]);
    expect({ code, out }).toEqual({ code: 0, out: 'openai/gpt-5*\n' });
    const [{ method, path, headers, body } = { method: '', path: '', headers: {}, body: Buffer.alloc(0) }] = seen;
    const { pathname, search } = new URL(path, url);
    expect([method, pathname, search]).toEqual(['DELETE', '/admin/prices', '?model=openai%2Fgpt-5*']);
    const signed = { method, path: pathname, query: search.slice(1), headers, body };
    expect(await verifySignature(signed, operator, Date.now())).toBe('valid');
    expect(await verifySignature({ ...signed, query: 'model=openai%2Fgpt-4*' }, operator, Date.now())).toBe('mismatch');
  });

  test('a price that cannot be read, or a size that is none, is wrong usage, and no call', async () => {
    expect(await run(setPrice('--file', '/nonexistent'))).toMatchObject({ code: 2, out: '' });
    expect(await run(setPrice('--file', '-'), { stdin: '[1]' })).toMatchObject({ code: 2, out: '' });
    expect(await run(setPrice('--file', '-'), { stdin: '{"input":' })).toMatchObject({ code: 2, out: '' });
    expect((await run(setPrice('--context-window', '1e5'))).talk).toContain('--context-window must be a whole number');
    expect(seen).toEqual([]);
  });

  test.each([
    [
      400,
      { error: { message: "Invalid value: 'plan'.", code: 'invalid_request' } },
      2,
      "400 invalid_request: Invalid value: 'plan'.",
    ],
    [403, { error: { message: 'Not allowed.', code: 'permission_denied' } }, 4, '403 permission_denied: Not allowed.'],
    [403, { message: 'Missing Authentication Token' }, 4, 'without a reason: No more is known.'],
    [429, { error: { message: 'Slow down.', code: 'rate_limit_exceeded' } }, 1, 'Slow down.'],
    [500, { error: { message: 'The gateway failed.', code: 'internal_error' } }, 1, 'The gateway failed.'],
    [502, '<html>', 1, 'without a reason: No more is known.'],
  ])('an answer of %i %j ends with code %i and says %s', async (status, body, expected, said) => {
    reply = { status, body };
    const { code, out, talk } = await run(create());
    expect({ code, out }).toEqual({ code: expected, out: '' });
    expect(talk).toContain(said);
    expect(talk).toContain('Request id: r-1.');
  });

  test('an answer that is none is a fault, not a success without a key', async () => {
    for (const body of ['', 'null', { id: 'acct_1' }, []]) {
      reply = { status: 201, body };
      expect(await run(create())).toMatchObject({ code: 1, out: '' });
    }
  });

  test('a redirect is not followed: a signed request goes nowhere else', async () => {
    reply = { status: 307, body: '', headers: { location: `${url}/elsewhere` } };
    expect(await run(create())).toMatchObject({ code: 1, out: '' });
    expect(seen).toHaveLength(1);
  });

  test('a gateway that cannot be reached is a fault that names its address', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'portcullis-cli-'));
    const gone = { url: 'http://127.0.0.1:1', ...operator };
    await writeFile(join(folder, 'operator-credentials.json'), JSON.stringify(gone));
    const { code, talk } = await run(['account', 'create', '--name', 'a', '--data', folder]);
    expect(code).toBe(1);
    expect(talk).toContain('http://127.0.0.1:1 cannot be reached');
    await rm(folder, { recursive: true });
  });

  test.each([
    [['account', 'create'], '--name'],
    [['account', 'create', '--name', 'a'], 'either --url (one in AWS) or --data'],
    [['account', 'create', '--name', 'a', '--url', 'https://a.test/admin', '--data', '.'], 'either --url'],
    [['account', 'create', '--name', 'a', '--data', '/nonexistent'], 'No local gateway'],
    [['account', 'create', '--name', 'a', '--url', 'https://a.test/live/v1'], 'ends in /admin'],
    [['account', 'create', '--name', 'a', '--url', 'not a url'], 'ends in /admin'],
    [['account', 'create', '--name', 'a', '--url', 'http://a.test/admin'], 'must use https'],
    [['account', 'create', '--name', 'a', '--url', 'https://a.test/admin'], '--region'],
    [['account', 'create', '--name', 'a', '--secret', 'x'], 'unknown option'],
    [['account', 'destroy'], 'unknown command'],
    [['price', 'set', '--data', '.'], 'missing required argument'],
    [['price', 'delete', '--data', '.'], 'missing required argument'],
    [['price', 'set', 'openai/x', '--discount', '5'], 'unknown option'],
    [['provider', 'set-credential'], 'missing required argument'],
    [['provider', 'set-credential', 'openai', SECRET], 'Name the provider alone'],
    [['provider', 'set-credential', 'openai', `--key=${SECRET}`], "unknown option '--key=…'"],
    [[], 'Usage: portcullis'],
  ])('%j is wrong usage: code 2, with a word about %s, and no call', async (args, said) => {
    const { code, out, talk } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(talk).toContain(said);
    expect(talk).not.toContain(SECRET);
    expect(seen).toEqual([]);
  });

  test('a credential that is missing or empty is wrong usage, and no call', async () => {
    expect(await run(setCredential(), { stdin: ' \n' })).toMatchObject({ code: 2 });
    expect(await run(setCredential('--from-env', 'NOT_SET'))).toMatchObject({ code: 2 });
    expect(seen).toEqual([]);
  });

  test('--help explains every command, with examples and exit codes', async () => {
    for (const args of [
      ['--help'],
      ['account', 'create', '--help'],
      ['provider', 'set-credential', '--help'],
      ['price', 'set', '--help'],
      ['price', 'list', '--help'],
    ]) {
      const { code, out, talk } = await run(args);
      expect({ code, talk }).toEqual({ code: 0, talk: '' });
      for (const part of ['Usage: portcullis', 'Examples:', 'Exit codes:']) expect(out).toContain(part);
    }
  });

  test('the command as installed runs, pipes and exits as said', async () => {
    reply = { status: 200, body: { provider: 'openai', last4: 'cret' } };
    const launcher = resolve(import.meta.dirname, '../../bin/portcullis.mjs');
    const child = spawn(process.execPath, [launcher, ...setCredential('--json')], { stdio: 'pipe' });
    child.stdin.end(SECRET);
    const exited = new Promise((done) => child.on('exit', done));
    const [out, talk] = await Promise.all([json(child.stdout), text(child.stderr)]);
    expect(await exited).toBe(0);
    expect(out).toEqual({ provider: 'openai', last4: 'cret' });
    expect(talk).toBe('Stored. The gateway uses it within a minute.\n');
    expect(JSON.parse(String(seen[0]?.body))).toEqual({ api_key: SECRET });
  });
});
