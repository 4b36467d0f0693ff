import { GatewayFault } from '../../lambdas/domain/errors.ts';
import type { LeaseIndex, RecordStore, ScopeStore } from '../../lambdas/domain/limits/scope-store.ts';
import type { MemoryStores } from '../support/memory-ledger.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** One execution environment: it may end at any await, and then does nothing more. */
export interface Process {
  alive: boolean;
  readonly skewMs: number;
}

/** How bad the weather is: probabilities of each attempt, or of each await. */
export interface Weather {
  readonly throttled: number;
  /** The request is lost on its way. */
  readonly lost: number;
  /** It is carried out, and its answer lost. */
  readonly unanswered: number;
  /** It is carried out long after its caller gave up on it. */
  readonly late: number;
  readonly crash: number;
}

/** As in the client that the product uses. */
const MAX_ATTEMPTS = 4;
const ATTEMPT_MS = 1_000;
const TOTAL_MS = 3_000;
const LATEST_MS = 20_000;

export interface NetworkOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly weather: Weather;
  readonly onFault: () => void;
}

const never = new Promise<never>(() => {});

/** Puts a faulty network between a process and what it calls. */
export class Network {
  private readonly options: NetworkOptions;

  constructor(options: NetworkOptions) {
    this.options = options;
  }

  /** Time passes; the process may die meanwhile. */
  async pass(process: Process, ms: number): Promise<void> {
    const { scheduler, random, weather, onFault } = this.options;
    await scheduler.sleep(ms);
    if (process.alive && random.chance(weather.crash)) {
      onFault();
      process.alive = false;
    }
    if (!process.alive) await never;
  }

  /** Carries `operation` out on the other side; tells whether one of its earlier copies may still arrive. */
  async call<Result>(process: Process, operation: () => Result): Promise<{ result: Result; retried: boolean }> {
    const endMs = this.options.scheduler.nowMs + TOTAL_MS;
    let retried = false;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && this.options.scheduler.nowMs < endMs; attempt += 1) {
      const outcome = await this.attempt(process, operation);
      if (outcome.kind === 'answer') return { result: outcome.result, retried };
      retried ||= outcome.kind === 'silence';
      await this.pass(process, this.options.random.between(0, 100));
    }
    throw new GatewayFault('service_unavailable');
  }

  private async attempt<Result>(process: Process, operation: () => Result) {
    const { scheduler, random, weather, onFault } = this.options;
    const fate = random.next();
    const { throttled, lost, unanswered, late } = weather;
    if (fate < throttled + lost + unanswered + late) onFault();
    if (fate < throttled) {
      await this.pass(process, random.between(1, 20));
      return { kind: 'turned-away' } as const;
    }
    if (fate < throttled + lost + unanswered + late) {
      if (fate >= throttled + lost) {
        const isLate = fate >= throttled + lost + unanswered;
        const arrivesMs = isLate ? random.between(ATTEMPT_MS, LATEST_MS) : random.between(1, ATTEMPT_MS - 1);
        void scheduler.sleep(arrivesMs).then(operation);
      }
      await this.pass(process, ATTEMPT_MS);
      return { kind: 'silence' } as const;
    }
    // It arrives even where its caller dies meanwhile.
    const carriedOut = scheduler.sleep(random.between(1, 20)).then(operation);
    const result = await carriedOut;
    await this.pass(process, random.between(1, 20));
    return { kind: 'answer', result } as const;
  }
}

/** The stores as this process reaches them. */
export function storesOver(network: Network, process: Process, stores: MemoryStores) {
  const scopes: ScopeStore = {
    async update(scope, update) {
      const { result, retried } = await network.call(process, () => stores.updateNow(scope, update));
      return { ...result, retried };
    },
    read: async (scope) => (await network.call(process, () => stores.states.get(scope))).result,
  };
  const records: RecordStore = {
    commit: async (record) => (await network.call(process, () => stores.commitNow(record))).result,
    find: async ({ requestId }) => (await network.call(process, () => stores.kept.get(requestId))).result,
  };
  const leases: LeaseIndex = {
    async *due(bucket) {
      const { result } = await network.call(process, () => [...stores.states]);
      for (const [scope, { leaseBucket }] of result) {
        if (leaseBucket !== undefined && leaseBucket <= bucket) yield scope;
      }
    },
  };
  return { scopes, records, leases };
}
