import { createCircuitBreaker } from '../domain/routing/circuit-breaker.ts';
import { createRetryBudget } from '../domain/routing/retry-budget.ts';
import type { Routing } from './inference.ts';

interface RoutingPorts {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** One for each process: nothing of it is shared, or kept. */
export function createRouting({ now, random }: RoutingPorts): Routing {
  return {
    breaker: createCircuitBreaker({ now }),
    budget: createRetryBudget({ now }),
    random,
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}
