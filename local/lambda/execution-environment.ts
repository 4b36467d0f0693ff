import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { LogStream } from '../logs/log-group.ts';
import { createLineSplitter } from '../logs/split-lines.ts';
import type { FunctionModel } from '../template/function-model.ts';
import type { Environment, EnvironmentCallbacks } from './function-pool.ts';
import type { Invocation } from './invocation.ts';
import { type RuntimeApi, type RuntimeListener, startRuntimeApi } from './runtime-api.ts';

const runtimeClient = createRequire(import.meta.url).resolve('aws-lambda-ric/index.mjs');
const shim = join(import.meta.dirname, 'ric-shim.cjs');

const lastWordsMs = 200;

export interface EnvironmentOptions extends EnvironmentCallbacks {
  readonly model: FunctionModel;
  /** Every variable of the process, but those that concern its Runtime API and its log stream. */
  readonly variables: Readonly<Record<string, string>>;
  readonly log: LogStream;
  readonly logStreamName: string;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** A process that runs one function on the real Lambda runtime client, one invocation at a time. */
export class ExecutionEnvironment implements Environment {
  readonly #options: EnvironmentOptions;
  #process: ChildProcess | undefined;
  #api: RuntimeApi | undefined;
  #current: Invocation | undefined;
  #currentSettled = false;
  #timeout: NodeJS.Timeout | undefined;
  #startedAtMs = 0;
  #initialized = false;
  #gone = false;

  constructor(options: EnvironmentOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { model, variables, logStreamName } = this.#options;
    this.#api = await startRuntimeApi(this.#listener());
    if (this.#gone) {
      this.#api.close();
      return;
    }
    const child = spawn(
      process.execPath,
      [`--max-old-space-size=${model.memoryMb}`, '--require', shim, runtimeClient],
      {
        cwd: model.codeDir,
        env: { ...variables, AWS_LAMBDA_RUNTIME_API: this.#api.address, AWS_LAMBDA_LOG_STREAM_NAME: logStreamName },
        // A process group of its own: Ctrl-C in a terminal is for the runner, which lets running requests end.
        detached: true,
        windowsHide: true,
        // The fourth is the lifeline: a pipe that closes when this process ends, even by SIGKILL.
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      },
    );
    this.#process = child;
    child.on('error', () => this.#end());
    // Its last words are in the pipes when it exits; they close with it, unless it has left a process of its own behind.
    // One that was idle has none, and must not be given an invocation any more.
    child.on('exit', () => {
      if (this.#initialized && this.#current === undefined) this.#end();
      else setTimeout(() => this.#end(), lastWordsMs);
    });
    child.on('close', () => this.#end());
    this.#logLines(child);
  }

  run(invocation: Invocation): void {
    const { model, clock } = this.#options;
    this.#current = invocation;
    this.#currentSettled = false;
    this.#startedAtMs = clock();
    this.#timeout = setTimeout(() => this.#timeOut(invocation), model.timeoutMs);
    this.#api?.deliver({
      requestId: invocation.requestId,
      payload: invocation.payload,
      deadlineMs: this.#startedAtMs + model.timeoutMs,
      functionArn: model.arn,
    });
  }

  stop(): void {
    this.#process?.kill('SIGKILL');
    if (this.#process === undefined) this.#end();
  }

  #listener(): RuntimeListener {
    return {
      onReady: () => {
        this.#finishInvocation();
        this.#initialized = true;
        this.#options.onIdle(this);
      },
      onInitError: () => this.#options.log.write('INIT_REPORT Status: error'),
      onAnswer: (requestId, payload) =>
        this.#settle(
          requestId,
          payload === 'too-large' ? { kind: 'failure', reason: 'function-error' } : { kind: 'answer', payload },
        ),
      onStream: (requestId, contentType, stream) => this.#settle(requestId, { kind: 'stream', contentType, stream }),
      onError: (requestId) => this.#settle(requestId, { kind: 'failure', reason: 'function-error' }),
    };
  }

  #settle(requestId: string, result: Parameters<Invocation['settle']>[0]): void {
    if (this.#current?.requestId !== requestId || this.#currentSettled) return;
    this.#currentSettled = true;
    this.#current.settle(result);
  }

  #finishInvocation(): void {
    const current = this.#current;
    if (current === undefined) return;
    clearTimeout(this.#timeout);
    this.#settle(current.requestId, { kind: 'failure', reason: 'crash' });
    const durationMs = this.#options.clock() - this.#startedAtMs;
    this.#options.log.write(`REPORT RequestId: ${current.requestId}\tDuration: ${durationMs} ms`);
    this.#current = undefined;
  }

  #timeOut({ requestId }: Invocation): void {
    const seconds = (this.#options.model.timeoutMs / 1000).toFixed(2);
    this.#options.log.write(`${requestId} Task timed out after ${seconds} seconds`);
    this.#settle(requestId, { kind: 'failure', reason: 'timeout' });
    this.stop();
  }

  #end(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#finishInvocation();
    this.#api?.close();
    this.#options.onGone(this, this.#initialized);
  }

  #logLines(child: ChildProcess): void {
    const { log } = this.#options;
    for (const output of [child.stdout, child.stderr]) {
      const lines = createLineSplitter((line) => log.write(line));
      output?.on('data', (chunk: Buffer) => lines.push(chunk));
      output?.on('end', () => lines.end());
    }
    child.on('close', () => void log.close());
  }
}
