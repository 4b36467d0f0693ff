import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as z from 'zod';
import type { Meter } from './meters.ts';

const message = z.object({ value: z.number() });

/** A child that serves on a port of its own. */
export interface MeasuredProcess {
  readonly port: number;
  read(meter: Meter): Promise<number>;
  stop(): Promise<void>;
}

export interface MeasuredProcessOptions {
  /** Of the module that it runs. */
  readonly module: URL;
  readonly args?: readonly string[];
  /** Folder that gets a CPU profile of the child. @default - none is taken */
  readonly profileDir?: string | undefined;
}

/** Resolves once it listens. Its standard output is discarded, as a log line's destination is not what is measured. */
export async function startMeasured({
  module,
  args = [],
  profileDir,
}: MeasuredProcessOptions): Promise<MeasuredProcess> {
  const child = fork(module, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      ...(profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]),
    ],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${module.pathname} ended early, with code ${String(code)}`);
  });
  // Whoever waits for a value hears of it; an end that was asked for concerns nobody.
  ended.catch(() => undefined);
  const receive = async () => {
    const [reply] = await Promise.race([once(child, 'message'), ended]);
    return z.parse(message, reply).value;
  };
  const port = await receive();
  return {
    port,
    read(meter) {
      child.send(meter);
      return receive();
    },
    async stop() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
