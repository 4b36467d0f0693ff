// One for each provider and model, in each process: what fails for most is left alone for a while, then tried with one
// request. It is advice for the order of targets; where there is no other target, a request is made all the same.

export interface CircuitBreakerOptions {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Targets that are remembered; the one unused for longest is forgotten. @default 500 */
  readonly maxTargets?: number;
}

export type CircuitState = 'closed' | 'open' | 'half-open';

export interface CircuitBreaker {
  readonly stateOf: (target: string) => CircuitState;
  /** Asks to make a request: true unless the circuit is open, or its one trial is under way. */
  readonly admits: (target: string) => boolean;
  readonly succeeded: (target: string) => void;
  readonly failed: (target: string) => void;
}

/** Of the requests of this long. */
const WINDOW_MS = 30_000;
/** Fewer failures say nothing. */
const FEWEST_FAILURES = 5;
const FAILING_SHARE = 0.5;
const FIRST_REST_MS = 10_000;
const LONGEST_REST_MS = 120_000;

interface Circuit {
  readonly windowStartedAtMs: number;
  readonly successes: number;
  readonly failures: number;
  /** Undefined: closed. */
  readonly open?: { readonly untilMs: number; readonly restMs: number; readonly isTrying: boolean };
}

const fresh = (nowMs: number): Circuit => ({ windowStartedAtMs: nowMs, successes: 0, failures: 0 });

function inWindow(circuit: Circuit, nowMs: number): Circuit {
  const isOver = nowMs - circuit.windowStartedAtMs >= WINDOW_MS;
  return isOver ? { ...fresh(nowMs), ...(circuit.open && { open: circuit.open }) } : circuit;
}

function isFailing({ successes, failures }: Circuit): boolean {
  return failures >= FEWEST_FAILURES && failures / (failures + successes) >= FAILING_SHARE;
}

function rest(circuit: Circuit, nowMs: number): Circuit {
  const restMs = Math.min(LONGEST_REST_MS, circuit.open === undefined ? FIRST_REST_MS : circuit.open.restMs * 2);
  return { ...fresh(nowMs), open: { untilMs: nowMs + restMs, restMs, isTrying: false } };
}

export function createCircuitBreaker({ now, maxTargets = 500 }: CircuitBreakerOptions): CircuitBreaker {
  const circuits = new Map<string, Circuit>();

  const read = (target: string) => inWindow(circuits.get(target) ?? fresh(now()), now());
  function keep(target: string, circuit: Circuit): void {
    circuits.delete(target);
    circuits.set(target, circuit);
    const [oldest] = circuits.keys();
    if (circuits.size > maxTargets && oldest !== undefined) circuits.delete(oldest);
  }
  function stateOf(target: string): CircuitState {
    const { open } = read(target);
    if (open === undefined) return 'closed';
    return now() < open.untilMs ? 'open' : 'half-open';
  }

  return {
    stateOf,
    admits(target) {
      const circuit = read(target);
      const { open } = circuit;
      if (open === undefined) return true;
      if (now() < open.untilMs) return false;
      // A trial that never tells how it ended is given up when the next rest would be over.
      keep(target, { ...circuit, open: { ...open, untilMs: now() + open.restMs, isTrying: true } });
      return true;
    },
    succeeded(target) {
      const { open, ...counts } = read(target);
      keep(target, open === undefined ? { ...counts, successes: counts.successes + 1 } : fresh(now()));
    },
    failed(target) {
      const circuit = read(target);
      const counted = { ...circuit, failures: circuit.failures + 1 };
      const trips = circuit.open?.isTrying === true || (circuit.open === undefined && isFailing(counted));
      keep(target, trips ? rest(circuit, now()) : counted);
    },
  };
}
