import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCircuitBreaker } from '../../../lambdas/domain/routing/circuit-breaker.ts';
import { createRetryBudget } from '../../../lambdas/domain/routing/retry-budget.ts';

const target = 'openai/gpt-5';

function start() {
  let nowMs = 1_000_000;
  const breaker = createCircuitBreaker({ now: () => nowMs, maxTargets: 3 });
  return {
    breaker,
    pass: (ms: number) => {
      nowMs += ms;
    },
    fail: (times: number) => {
      for (let time = 0; time < times; time += 1) breaker.failed(target);
    },
  };
}

describe('a circuit', () => {
  it('opens when most requests fail, and not for a few', () => {
    const { breaker, fail } = start();
    fail(4);
    expect(breaker.stateOf(target)).toBe('closed');
    fail(1);
    expect(breaker.stateOf(target)).toBe('open');
    expect(breaker.admits(target)).toBe(false);
  });

  it('stays closed where most requests succeed', () => {
    const { breaker, fail } = start();
    for (let time = 0; time < 10; time += 1) breaker.succeeded(target);
    fail(9);
    expect(breaker.stateOf(target)).toBe('closed');
  });

  it('forgets failures of long ago', () => {
    const { breaker, fail, pass } = start();
    fail(4);
    pass(30_000);
    fail(4);
    expect(breaker.stateOf(target)).toBe('closed');
  });

  it('is tried with one request after its rest, and closes when that succeeds', () => {
    const { breaker, fail, pass } = start();
    fail(5);
    pass(10_000);
    expect(breaker.stateOf(target)).toBe('half-open');
    expect(breaker.admits(target)).toBe(true);
    expect(breaker.admits(target)).toBe(false);
    breaker.succeeded(target);
    expect(breaker.stateOf(target)).toBe('closed');
    fail(4);
    expect(breaker.stateOf(target)).toBe('closed');
  });

  it('rests twice as long after each trial that fails, within bounds', () => {
    const { breaker, fail, pass } = start();
    fail(5);
    for (const restMs of [10_000, 20_000, 40_000, 80_000, 120_000, 120_000]) {
      pass(restMs - 1);
      expect(breaker.admits(target)).toBe(false);
      pass(1);
      expect(breaker.admits(target)).toBe(true);
      breaker.failed(target);
    }
  });

  it('is tried again where a trial was never heard of', () => {
    const { breaker, fail, pass } = start();
    fail(5);
    pass(10_000);
    expect(breaker.admits(target)).toBe(true);
    pass(10_000);
    expect(breaker.admits(target)).toBe(true);
  });

  it('is each target’s own, and only so many are remembered', () => {
    const { breaker, fail } = start();
    fail(5);
    expect(breaker.stateOf('openai/other')).toBe('closed');
    for (const other of ['a', 'b', 'c']) breaker.succeeded(other);
    expect(breaker.stateOf(target)).toBe('closed');
  });
});

describe('the budget of retries', () => {
  it('lets through a floor, and a share of the requests beyond it, at any rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 200 }), (requests, gapMs) => {
        let nowMs = 0;
        const budget = createRetryBudget({ now: () => nowMs });
        let retries = 0;
        for (let request = 0; request < requests; request += 1) {
          budget.deposit();
          while (budget.withdraw()) retries += 1;
          nowMs += gapMs;
        }
        const seconds = nowMs / 1_000;
        expect(retries).toBeLessThanOrEqual(10 + seconds + requests * 0.2 + 1);
      }),
    );
  });

  it('is there again after a while without any', () => {
    let nowMs = 0;
    const budget = createRetryBudget({ now: () => nowMs });
    while (budget.withdraw());
    expect(budget.withdraw()).toBe(false);
    nowMs += 1_000;
    expect(budget.withdraw()).toBe(true);
    expect(budget.withdraw()).toBe(false);
  });

  it('is not upset by a clock that is set back', () => {
    let nowMs = 100_000;
    const budget = createRetryBudget({ now: () => nowMs });
    while (budget.withdraw());
    nowMs = 0;
    expect(budget.withdraw()).toBe(false);
  });
});
