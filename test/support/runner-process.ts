import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { productAssembly } from './local-stack.ts';
import { waitUntil } from './wait-until.ts';

const root = resolve(import.meta.dirname, '../..');

const readyFile = z.strictObject({
  baseUrl: z.string(),
  /** At the first start of a data folder alone. */
  masterKey: z.string().optional(),
  accountId: z.string(),
  pid: z.int(),
});
export type Ready = z.infer<typeof readyFile>;

export interface RunnerOptions {
  readonly dataDir: string;
  readonly readyPath: string;
  readonly args?: readonly string[];
  /** Beside `PATH`. @default nothing */
  readonly environment?: Readonly<Record<string, string>>;
}

/** `npm start`, less npm. */
export interface RunnerProcess {
  readonly ready: Ready;
  /** Without a path. */
  readonly origin: string;
  /** What it has printed so far, on either output. */
  output(): string;
  /** Signals the runner itself, and waits for its end. The exit code is the launcher's. */
  end(signal: NodeJS.Signals): Promise<number>;
}

/** Spares the first start of a data folder the synthesis, where that is not what is tested. */
export async function seedAssembly(dataDir: string): Promise<void> {
  const assembly = await productAssembly();
  cpSync(assembly, join(dataDir, 'cdk.out', basename(assembly)), { recursive: true });
}

/** What a command line of the local gateway comes to, once it has ended. */
export async function runToEnd(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const { child, output } = launch(args, {});
  const [code] = await once(child, 'close');
  return { code: z.int().parse(code), output: output() };
}

function launch(args: readonly string[], environment: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ['scripts/launch.mjs', 'bin/local.ts', ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pieces: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => pieces.push(piece));
  return { child, output: () => Buffer.concat(pieces).toString() };
}

/** Starts the gateway in a process of its own, and waits until it says that it is ready. */
export async function startRunner({
  dataDir,
  readyPath,
  args = [],
  environment = {},
}: RunnerOptions): Promise<RunnerProcess> {
  rmSync(readyPath, { force: true });
  const all = ['--port', '0', '--data', dataDir, '--ready-file', readyPath, ...args];
  const { child, output } = launch(all, environment);
  const closed = once(child, 'close');
  await waitUntil(
    'the gateway is ready',
    () => {
      if (child.exitCode !== null) throw new Error(`the gateway ended at its start:\n${output()}`);
      return existsSync(readyPath);
    },
    60_000,
  );
  const ready = readyFile.parse(JSON.parse(readFileSync(readyPath, 'utf8')));
  return {
    ready,
    origin: new URL(ready.baseUrl).origin,
    output,
    async end(signal) {
      process.kill(ready.pid, signal);
      const [code] = await closed;
      return z.int().parse(code);
    },
  };
}

/** The ids of the processes that run functions for the runner `pid`. */
export function listFunctionProcesses(pid: number): readonly number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return table
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [])
    .filter(([, , parent, command]) => Number(parent) === pid && command?.includes('aws-lambda-ric') === true)
    .map(([, id]) => Number(id));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
