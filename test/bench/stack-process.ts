// The gateway as `npm start` runs it, on a fresh data folder.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { providerOf, replyKinds } from './workloads.ts';

const readyFile = z.object({ baseUrl: z.url(), masterKey: z.string() });

const root = join(import.meta.dirname, '..', '..');
const startTimeoutMs = 60_000;

export interface StackProcess {
  readonly port: number;
  readonly masterKey: string;
  stop(): Promise<void>;
}

async function stopRunner(runner: ChildProcess, dataDir: string): Promise<void> {
  if (runner.exitCode === null && runner.signalCode === null) {
    const exited = once(runner, 'exit');
    runner.kill('SIGTERM');
    await exited;
  }
  await rm(dataDir, { recursive: true, force: true });
}

/** The end of what the runner said: progress that is of no interest, unless it fails. */
function keepLastWords(runner: ChildProcess): () => string {
  let words = '';
  runner.stderr?.on('data', (piece: Buffer) => {
    words = (words + piece.toString()).slice(-2_000);
  });
  return () => words;
}

async function waitUntilReady(runner: ChildProcess, path: string): Promise<z.infer<typeof readyFile>> {
  const lastWords = keepLastWords(runner);
  const deadlineMs = performance.now() + startTimeoutMs;
  while (!existsSync(path)) {
    if (runner.exitCode !== null) throw new Error(`the local stack ended with code ${runner.exitCode}: ${lastWords()}`);
    if (performance.now() > deadlineMs)
      throw new Error(`the local stack was not ready in ${startTimeoutMs} ms: ${lastWords()}`);
    await wait(50);
  }
  return z.parse(readyFile, JSON.parse(await readFile(path, 'utf8')));
}

/** Nothing of this process's environment but the path: no provider key of the operator's gets into a benchmark. */
export async function startStack(mockPort: number): Promise<StackProcess> {
  const dataDir = await mkdtemp(join(tmpdir(), 'portcullis-bench-'));
  const path = join(dataDir, 'ready.json');
  const upstreams = replyKinds.flatMap((kind) => [
    '--upstream',
    `${providerOf[kind]}=http://127.0.0.1:${mockPort}/${kind}`,
  ]);
  const runner = spawn(
    process.execPath,
    ['bin/local.ts', '--port', '0', '--data', join(dataDir, 'data'), '--ready-file', path, ...upstreams],
    { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'] } },
  );
  try {
    const { baseUrl, masterKey } = await waitUntilReady(runner, path);
    return { port: Number(new URL(baseUrl).port), masterKey, stop: () => stopRunner(runner, dataDir) };
  } catch (error) {
    await stopRunner(runner, dataDir);
    throw error;
  }
}
