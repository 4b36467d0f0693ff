import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { listenLocally } from '../../local/http/listen-locally.ts';
import { waitUntil } from '../support/wait-until.ts';

const launch = resolve(import.meta.dirname, '../../scripts/launch.mjs');
const credential = 'sk-credential-of-the-developer';

const readyFile = z.strictObject({
  baseUrl: z.url(),
  masterKey: z.string().optional(),
  accountId: z.string(),
  pid: z.number(),
});

interface Runner {
  readonly process: ChildProcess;
  readonly output: Promise<string>;
  readonly exited: Promise<unknown[]>;
}

const started = new Set<ChildProcess>();
let folder: string;
let data: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcullis-run-'));
  data = join(folder, 'data');
});
afterEach(async () => {
  for (const child of started) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }
  started.clear();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** `npm start -- …`, without npm. */
function run(...flags: string[]): Runner {
  const child = spawn(process.execPath, [launch, 'bin/local.ts', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { PATH: process.env['PATH'], OPENAI_API_KEY: credential },
  });
  started.add(child);
  const output = Promise.all([text(child.stdout), text(child.stderr)]).then((parts) => parts.join(''));
  return { process: child, output, exited: once(child, 'exit') };
}

async function startGateway(...flags: string[]) {
  const path = join(folder, 'ready.json');
  await rm(path, { force: true });
  const runner = run('--port', '0', '--data', data, '--ready-file', path, ...flags);
  await waitUntil('the ready file', () => existsSync(path) || runner.process.exitCode !== null, 20_000);
  if (!existsSync(path)) throw new Error(await runner.output);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  return { runner, ready: readyFile.parse(JSON.parse(await readFile(path, 'utf8'))) };
}

function chat(baseUrl: string, key: string, content = 'hello'): Promise<Response> {
  return fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'demo/echo', messages: [{ role: 'user', content }] }),
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The processes whose parent is `pid`. */
async function childrenOf(pid: number): Promise<number[]> {
  return (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(/\s+/).map(Number);
}

async function everyFile(directory: string): Promise<Buffer[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return Promise.all(entries.filter((each) => each.isFile()).map((each) => readFile(join(each.parentPath, each.name))));
}

let key = '';

describe('the local gateway', () => {
  test('is ready within 20 s in a fresh data folder, shows its key once, and answers with it', async () => {
    const { runner, ready } = await startGateway();
    key = ready.masterKey ?? '';
    expect(key).toMatch(/^ask_/);
    const response = await chat(ready.baseUrl, key);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'hello' } }] });

    runner.process.kill('SIGTERM');
    expect(await runner.exited).toEqual([0, null]);
    const printed = await runner.output;
    expect(printed).toContain(`curl ${ready.baseUrl}/chat/completions`);
    expect(printed).toContain(key);
    expect(printed).not.toContain(credential);
  });

  test('keeps neither its key nor a provider credential in any file', async () => {
    const files = await everyFile(data);
    expect(files.length).toBeGreaterThan(5);
    for (const secret of [key, credential]) expect(files.filter((file) => file.includes(secret))).toEqual([]);
  });

  test('killed under load starts again: the key works, no function outlives it, nothing is to be repaired', async () => {
    const first = await startGateway();
    expect(first.ready.masterKey).toBeUndefined();
    const load = Array.from({ length: 16 }, () => chat(first.ready.baseUrl, key).catch(() => undefined));
    const response = await chat(first.ready.baseUrl, key);
    expect(response.status).toBe(200);
    const functions = process.platform === 'linux' ? await childrenOf(first.ready.pid) : [];
    process.kill(first.ready.pid, 'SIGKILL');
    await Promise.all(load);
    await first.runner.exited;
    await waitUntil('every function has ended', () => !functions.some(isAlive));

    const second = await startGateway();
    expect(second.ready.accountId).toBe(first.ready.accountId);
    expect((await chat(second.ready.baseUrl, key)).status).toBe(200);
  });

  test('stopped by Ctrl-C while it answers, finishes the answer, then ends with 0', async () => {
    const { runner, ready } = await startGateway();
    const answers = Array.from({ length: 8 }, () => chat(ready.baseUrl, key, 'x'.repeat(200_000)));
    const [first] = await Promise.all(answers.slice(0, 1));
    // A terminal sends it to every process of the group: the launcher, the runner, whatever else is in it.
    process.kill(-(runner.process.pid ?? 0), 'SIGINT');
    expect((await first?.text())?.length).toBeGreaterThan(200_000);
    await Promise.allSettled(answers);
    expect(await runner.exited).toEqual([0, null]);
  });
});

describe('what keeps it from starting is said in a line', () => {
  test('a port that is taken', async () => {
    const server = createServer();
    const port = await listenLocally(server, 0);
    const runner = run('--port', String(port), '--data', data);
    expect(await runner.exited).toEqual([1, null]);
    expect(await runner.output).toMatch(`portcullis: Port ${port} is in use.`);
    server.close();
  });

  test('a data folder that another gateway holds', async () => {
    const { ready } = await startGateway();
    const runner = run('--port', '0', '--data', data);
    expect(await runner.exited).toEqual([1, null]);
    expect(await runner.output).toContain(`is in use by another gateway (process ${ready.pid})`);
  });

  test('a flag that is not known', async () => {
    const runner = run('--prot', '1');
    expect(await runner.exited).toEqual([2, null]);
    expect(await runner.output).toMatch(/^portcullis: .*--prot.*See --help\.$/ms);
  });
});
