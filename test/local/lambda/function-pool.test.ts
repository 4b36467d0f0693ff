import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Environment, type EnvironmentCallbacks, FunctionPool } from '../../../local/lambda/function-pool.ts';
import { type Invocation, type InvocationResult, payloadLimitBytes } from '../../../local/lambda/invocation.ts';

/** An environment that does what the test says, when it says so. */
class FakeEnvironment implements Environment {
  readonly ran: Invocation[] = [];
  readonly #callbacks: EnvironmentCallbacks;
  #initialized = false;
  isGone = false;

  constructor(callbacks: EnvironmentCallbacks) {
    this.#callbacks = callbacks;
  }

  run(invocation: Invocation): void {
    this.ran.push(invocation);
  }

  becomeIdle(): void {
    this.#initialized = true;
    this.#callbacks.onIdle(this);
  }

  /** Answers what it runs, and waits for more. */
  answer(): void {
    this.ran.at(-1)?.settle({ kind: 'answer', payload: Buffer.from('done') });
    this.becomeIdle();
  }

  stop(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#callbacks.onGone(this, this.#initialized);
  }
}

function createPool(maxEnvironments: number) {
  const environments: FakeEnvironment[] = [];
  let ids = 0;
  const pool = new FunctionPool({
    maxEnvironments,
    newId: () => String(++ids),
    start: (callbacks) => {
      const environment = new FakeEnvironment(callbacks);
      environments.push(environment);
      return environment;
    },
  });
  const at = (index: number): FakeEnvironment => {
    const environment = environments[index];
    if (environment === undefined) throw new Error(`environment ${index} was not started`);
    return environment;
  };
  return { pool, environments, at };
}

/** What an invocation has come to so far. */
function watch(result: Promise<InvocationResult>) {
  const seen: { result?: InvocationResult } = {};
  void result.then((value) => {
    seen.result = value;
  });
  return seen;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('a pool of environments', () => {
  test('starts one for each request that waits, a few at a time, never more than it may', () => {
    const { pool, environments, at } = createPool(6);
    for (let index = 0; index < 20; index += 1) void pool.invoke({});
    expect(environments).toHaveLength(4);
    for (let index = 0; index < 6; index += 1) at(index).becomeIdle();
    expect(environments).toHaveLength(6);
    expect(environments.every(({ ran }) => ran.length === 1)).toBe(true);
  });

  test('grows past eight only for what does not move: more processes would slow short requests down', async () => {
    const { pool, environments, at } = createPool(64);
    for (let index = 0; index < 40; index += 1) void pool.invoke({});
    for (let index = 0; index < 8; index += 1) at(index).becomeIdle();
    for (let round = 0; round < 4; round += 1) {
      await vi.advanceTimersByTimeAsync(200);
      at(round).answer();
    }
    expect(environments).toHaveLength(8);
    await vi.advanceTimersByTimeAsync(600);
    expect(environments.length).toBeGreaterThan(8);
  });

  test('gives each of many long streams an environment of its own, in time', async () => {
    const { pool, environments, at } = createPool(64);
    for (let index = 0; index < 40; index += 1) void pool.invoke({});
    for (let index = 0; index < 40; index += 1) {
      while (environments.length <= index) await vi.advanceTimersByTimeAsync(250);
      at(index).becomeIdle();
    }
    expect(environments).toHaveLength(40);
    expect(environments.every(({ ran }) => ran.length === 1)).toBe(true);
  });

  test('gives requests their turn in order, each to the first environment that is free', async () => {
    const { pool, at } = createPool(1);
    const results = [pool.invoke('a'), pool.invoke('b'), pool.invoke('c')];
    at(0).becomeIdle();
    for (let index = 0; index < 3; index += 1) at(0).answer();
    expect(at(0).ran.map(({ payload }) => payload)).toEqual(['"a"', '"b"', '"c"']);
    expect((await Promise.all(results)).map(({ kind }) => kind)).toEqual(['answer', 'answer', 'answer']);
  });

  test('refuses a request as throttled when none is free for half a minute', async () => {
    const { pool, at } = createPool(1);
    void pool.invoke({});
    at(0).becomeIdle();
    const waiting = watch(pool.invoke({}));
    await vi.advanceTimersByTimeAsync(29_999);
    expect(waiting.result).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(waiting.result).toEqual({ kind: 'failure', reason: 'throttled' });
    at(0).answer();
    expect(at(0).ran).toHaveLength(1);
  });

  test('lets no more than 4,096 requests wait', async () => {
    const { pool } = createPool(1);
    for (let index = 0; index < 4096; index += 1) void pool.invoke({});
    expect(await pool.invoke({})).toEqual({ kind: 'failure', reason: 'throttled' });
  });

  test('refuses an event of one byte too many, and takes one of exactly the limit', async () => {
    const { pool, at } = createPool(1);
    void pool.warm();
    at(0).becomeIdle();
    expect(await pool.invoke('x'.repeat(payloadLimitBytes - 1))).toEqual({
      kind: 'failure',
      reason: 'event-too-large',
    });
    void pool.invoke('x'.repeat(payloadLimitBytes - 2));
    expect(at(0).ran).toHaveLength(1);
  });

  test('whose environments do not start fails one request for each, and never spins', async () => {
    const { pool, environments, at } = createPool(2);
    const results = [pool.invoke({}), pool.invoke({}), pool.invoke({})];
    at(0).stop();
    at(1).stop();
    at(2).stop();
    expect(await Promise.all(results)).toEqual(Array.from({ length: 3 }, () => ({ kind: 'failure', reason: 'crash' })));
    expect(environments).toHaveLength(3);
  });

  test('retires what was idle for a minute, the least used first, but keeps one', async () => {
    const { pool, at, environments } = createPool(3);
    for (let index = 0; index < 3; index += 1) void pool.invoke({});
    for (let index = 0; index < 3; index += 1) at(index).becomeIdle();
    for (let index = 0; index < 3; index += 1) at(index).answer();
    await vi.advanceTimersByTimeAsync(30_000);
    void pool.invoke({});
    at(2).answer();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(environments.map(({ isGone }) => isGone)).toEqual([true, true, false]);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(at(2).isGone).toBe(false);
  });

  test('replaces an environment that ended, when the next request comes', () => {
    const { pool, at, environments } = createPool(2);
    void pool.warm();
    at(0).becomeIdle();
    at(0).stop();
    expect(environments).toHaveLength(1);
    void pool.invoke({});
    at(1).becomeIdle();
    expect(at(1).ran).toHaveLength(1);
  });

  test('that is stopped refuses what waits and what comes, and starts nothing', async () => {
    const { pool, at, environments } = createPool(1);
    void pool.invoke({});
    at(0).becomeIdle();
    const waiting = pool.invoke({});
    pool.stop();
    expect(await waiting).toEqual({ kind: 'failure', reason: 'throttled' });
    expect(await pool.invoke({})).toEqual({ kind: 'failure', reason: 'throttled' });
    expect(environments.map(({ isGone }) => isGone)).toEqual([true]);
  });

  test('that is warmed and does not start says so', async () => {
    const { pool, at } = createPool(1);
    const warmed = pool.warm();
    at(0).stop();
    await expect(warmed).rejects.toThrow(/ended before it was ready/);
  });
});
