import { type FailureReason, type Invocation, type InvocationResult, payloadLimitBytes } from './invocation.ts';

/** What runs one invocation at a time. */
export interface Environment {
  /** Only to be called while it is idle. */
  run(invocation: Invocation): void;
  /** Ends it; a running invocation fails. */
  stop(): void;
}

/** How a pool hears of the environments that it starts. */
export interface EnvironmentCallbacks {
  /** It waits for an invocation: the first time after its start, then after each. */
  readonly onIdle: (environment: Environment) => void;
  /** It has ended, for whatever reason. `initialized` tells whether it ever became idle. */
  readonly onGone: (environment: Environment, initialized: boolean) => void;
}

export interface FunctionPoolOptions {
  readonly start: (callbacks: EnvironmentCallbacks) => Environment;
  readonly maxEnvironments: number;
  readonly newId: () => string;
}

/** Environments that may start at the same time: on a small machine more would only slow each other down. */
const parallelStarts = 4;
/**
 * So many environments start as requests come. Further ones only where waiting is not over soon anyhow: while requests are
 * short, more processes than this would slow each of them down; while they are long streams, each needs one of its own.
 */
const eagerEnvironments = 8;
/** Nothing that waits was taken up for so long: every environment is at work on something long. */
const standstillMs = 250;
/** Or the queue moves, but slowly. */
const patienceMs = 1_000;
/** How long and how many requests wait where every environment is busy; Lambda would have had more of them. */
const longestWaitMs = 30_000;
const longestQueue = 4096;
/** An idle environment beyond the last one is kept this long. */
const idleMs = 60_000;

interface Waiting {
  readonly invocation: Invocation;
  readonly sinceMs: number;
  readonly expiry: NodeJS.Timeout;
}

interface Idle {
  readonly environment: Environment;
  readonly retirement: NodeJS.Timeout;
}

/** The environments of one function: requests run in parallel, one per environment, as in Lambda. */
export class FunctionPool {
  readonly #options: FunctionPoolOptions;
  readonly #all = new Set<Environment>();
  readonly #starting = new Set<Environment>();
  /** The most recently used is last, and used first, so that the others can retire. */
  readonly #idle: Idle[] = [];
  readonly #queue: Waiting[] = [];
  #warming: { resolve(): void; reject(error: Error): void } | undefined;
  #stopped = false;
  /** When something that waited was last taken up. */
  #movedAtMs = 0;
  #growth: NodeJS.Timeout | undefined;

  constructor(options: FunctionPoolOptions) {
    this.#options = options;
  }

  /** Resolves as soon as the answer begins; never rejects. */
  invoke(event: unknown): Promise<InvocationResult> {
    const payload = JSON.stringify(event);
    return new Promise((settle) => {
      const refuse = (reason: FailureReason) => settle({ kind: 'failure', reason });
      if (Buffer.byteLength(payload) > payloadLimitBytes) return refuse('event-too-large');
      if (this.#stopped || this.#queue.length >= longestQueue) return refuse('throttled');
      const invocation = { requestId: this.#options.newId(), payload, settle };
      const ready = this.#idle.pop();
      if (ready === undefined) return this.#enqueue(invocation);
      clearTimeout(ready.retirement);
      ready.environment.run(invocation);
    });
  }

  /**
   * Starts the first environment, before anything asks for it.
   * @throws Error where it ends before it is ready.
   */
  warm(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#warming = { resolve, reject };
      this.#startOne();
    });
  }

  /** Ends every environment at once; what waits is refused. */
  stop(): void {
    this.#stopped = true;
    for (const { invocation, expiry } of this.#queue.splice(0)) {
      clearTimeout(expiry);
      invocation.settle({ kind: 'failure', reason: 'throttled' });
    }
    for (const environment of this.#all) environment.stop();
  }

  #startOne(): void {
    const environment = this.#options.start({
      onIdle: (ready) => this.#becomeIdle(ready),
      onGone: (ended, initialized) => this.#forget(ended, initialized),
    });
    this.#all.add(environment);
    this.#starting.add(environment);
  }

  /** Environments for the requests that wait, within the limits. */
  #startForQueue(): void {
    const wanted = Math.min(this.#queue.length, parallelStarts);
    const most = Math.min(this.#options.maxEnvironments, Math.max(eagerEnvironments, this.#all.size + this.#growBy()));
    while (!this.#stopped && this.#starting.size < wanted && this.#all.size < most) this.#startOne();
    if (this.#queue.length > 0 && !this.#stopped) this.#lookAgain();
  }

  /** How many environments beyond the eager ones the queue is worth now. */
  #growBy(): number {
    const [oldest] = this.#queue;
    if (oldest === undefined) return 0;
    const nowMs = performance.now();
    if (nowMs - Math.max(this.#movedAtMs, oldest.sinceMs) >= standstillMs) return parallelStarts;
    return nowMs - oldest.sinceMs >= patienceMs ? 1 : 0;
  }

  #lookAgain(): void {
    this.#growth ??= setTimeout(() => {
      this.#growth = undefined;
      this.#startForQueue();
    }, standstillMs).unref();
  }

  #becomeIdle(environment: Environment): void {
    this.#starting.delete(environment);
    this.#warming?.resolve();
    const next = this.#queue.shift();
    if (next === undefined) {
      const retirement = setTimeout(() => this.#retire(environment), idleMs).unref();
      this.#idle.push({ environment, retirement });
    } else {
      clearTimeout(next.expiry);
      this.#movedAtMs = performance.now();
      environment.run(next.invocation);
    }
    this.#startForQueue();
  }

  #retire(environment: Environment): void {
    if (this.#all.size === 1) return;
    this.#removeIdle(environment);
    environment.stop();
  }

  #forget(environment: Environment, initialized: boolean): void {
    this.#all.delete(environment);
    this.#starting.delete(environment);
    this.#removeIdle(environment);
    if (!initialized) this.#failOne();
    this.#startForQueue();
  }

  #removeIdle(environment: Environment): void {
    const index = this.#idle.findIndex((entry) => entry.environment === environment);
    if (index >= 0) for (const { retirement } of this.#idle.splice(index, 1)) clearTimeout(retirement);
  }

  /** An environment that cannot start fails the request that it was started for, as in Lambda. */
  #failOne(): void {
    this.#warming?.reject(new Error('The function ended before it was ready.'));
    const next = this.#queue.shift();
    if (next === undefined) return;
    clearTimeout(next.expiry);
    next.invocation.settle({ kind: 'failure', reason: 'crash' });
  }

  #enqueue(invocation: Invocation): void {
    const expiry = setTimeout(() => {
      const index = this.#queue.findIndex((entry) => entry.invocation === invocation);
      if (index >= 0) this.#queue.splice(index, 1);
      invocation.settle({ kind: 'failure', reason: 'throttled' });
    }, longestWaitMs);
    this.#queue.push({ invocation, sinceMs: performance.now(), expiry });
    this.#startForQueue();
  }
}
