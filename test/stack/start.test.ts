import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateway } from '../support/gateway.ts';
import { sendHttp } from '../support/http-client.ts';
import {
  isAlive,
  listFunctionProcesses,
  type RunnerProcess,
  runToEnd,
  seedAssembly,
  startRunner,
} from '../support/runner-process.ts';
import { waitUntil } from '../support/wait-until.ts';

const folder = mkdtempSync(join(tmpdir(), 'portcullis-start-'));
const dataDir = join(folder, 'data');
const readyPath = join(folder, 'ready.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keyPattern = /ask_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}/g;
const listModels = (baseUrl: string, key: string) =>
  sendHttp({ url: `${baseUrl}/models`, headers: { authorization: `Bearer ${key}` } });

async function startTimed(): Promise<{ runner: RunnerProcess; seconds: number }> {
  const startedAtMs = performance.now();
  const runner = await startRunner({ dataDir, readyPath });
  return { runner, seconds: (performance.now() - startedAtMs) / 1000 };
}

describe('npm start', () => {
  let runner: RunnerProcess;
  let masterKey = '';
  beforeAll(async () => {
    const first = await startTimed();
    runner = first.runner;
    masterKey = runner.ready.masterKey ?? '';
    process.stdout.write(`start: ready in ${first.seconds.toFixed(1)} s, the first time in a data folder\n`);
    expect(first.seconds).toBeLessThan(20);
  });

  it('writes the ready file, for its owner alone, when it is ready', async () => {
    expect(runner.ready).toEqual({
      baseUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1$/),
      masterKey: expect.stringMatching(/^ask_/),
      accountId: expect.stringMatching(/^acct_/),
      pid: expect.any(Number),
    });
    expect(statSync(readyPath).mode & 0o777).toBe(0o600);
    expect((await listModels(runner.ready.baseUrl, masterKey)).status).toBe(200);
  });

  it('shows the key once, in full, and a request to try it with', async () => {
    await waitUntil('it has greeted', () => runner.output().includes('curl'));
    expect(runner.output()).toContain(runner.ready.baseUrl);
    expect([...new Set(runner.output().match(keyPattern))]).toEqual([masterKey]);
  });

  it('keeps all that it stores to its owner', () => {
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    const entries = readdirSync(dataDir, { withFileTypes: true });
    const open = entries
      .filter(({ name }) => (statSync(join(dataDir, name)).mode & 0o077) !== 0)
      .map(({ name }) => name);
    // The synthesized stack holds nothing but the product's own code and template.
    expect(open.filter((name) => name !== 'cdk.out')).toEqual([]);
  });

  it('is reached from this machine alone', async () => {
    const port = new URL(runner.origin).port;
    await expect(sendHttp({ url: `http://127.0.0.2:${port}/healthz` })).rejects.toThrow(/ECONNREFUSED|EADDRNOTAVAIL/);
  });

  it('refuses a data folder that is in use, and says so', async () => {
    const { code, output } = await runToEnd(['--port', '0', '--data', dataDir]);
    expect(code).toBe(1);
    expect(output).toMatch(/in use/);
    expect(output).not.toMatch(/^\s+at /m);
  });

  it('refuses a port that is in use, and says so', async () => {
    const { port } = new URL(gateway.origin);
    const other = join(folder, 'other');
    await seedAssembly(other);
    const { code, output } = await runToEnd(['--port', port, '--data', other]);
    expect(code).toBe(1);
    expect(output).toContain(`Port ${port} is in use`);
    expect(output).not.toMatch(/^\s+at /m);
  });

  it('ends cleanly and soon on SIGTERM, and takes its functions with it', async () => {
    const functions = listFunctionProcesses(runner.ready.pid);
    expect(functions.length).toBeGreaterThan(0);
    const startedAtMs = performance.now();
    expect(await runner.end('SIGTERM')).toBe(0);
    expect(performance.now() - startedAtMs).toBeLessThan(8000);
    await waitUntil('its functions have ended', () => !functions.some(isAlive));
  });

  it('starts again on the same data, with the same account, and shows no key', async () => {
    const { accountId } = runner.ready;
    const again = await startTimed();
    process.stdout.write(`start: ready in ${again.seconds.toFixed(1)} s, the second time\n`);
    try {
      expect(again.seconds).toBeLessThan(20);
      expect(again.runner.ready).not.toHaveProperty('masterKey');
      expect(again.runner.ready.accountId).toBe(accountId);
      expect((await listModels(again.runner.ready.baseUrl, masterKey)).status).toBe(200);
      await waitUntil('it has greeted', () => again.runner.output().includes('curl'));
      expect(again.runner.output()).not.toMatch(keyPattern);
    } finally {
      expect(await again.runner.end('SIGINT')).toBe(0);
    }
  });
});

describe('the command line', () => {
  it('explains itself on --help', async () => {
    const { code, output } = await runToEnd(['--help']);
    expect(code).toBe(0);
    for (const flag of ['--port', '--data', '--upstream', '--ready-file']) expect(output).toContain(flag);
  });

  it('refuses what it does not understand, says so, and starts nothing', async () => {
    const unused = join(folder, 'unused');
    const lines = [['--prot', '1'], ['--port', 'http'], ['now']];
    const runs = await Promise.all(lines.map((line) => runToEnd(['--data', unused, ...line])));
    for (const { code, output } of runs) {
      expect(code).toBe(2);
      expect(output).toContain('--help');
      expect(output).not.toMatch(/^\s+at /m);
    }
    expect(existsSync(unused)).toBe(false);
  });
});
