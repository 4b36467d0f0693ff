// One run: some processes, a key or two and their account, an operator who changes limits, a sweeper, and bad weather. All
// of it follows from the seed.
import { GatewayFault } from '../../lambdas/domain/errors.ts';
import { createLedger } from '../../lambdas/domain/limits/create-ledger.ts';
import type { Demand, Ledger, Settlement } from '../../lambdas/domain/limits/ledger.ts';
import type { ScopeLimits, ScopePolicy } from '../../lambdas/domain/limits/scope.ts';
import { unloggedId } from '../../lambdas/domain/limits/unlogged-id.ts';
import { sweepLeases } from '../../lambdas/operations/sweep-leases.ts';
import { createMemoryStores } from '../support/memory-ledger.ts';
import { Network, type Process, storesOver, type Weather } from './network.ts';
import { changeWithBug, outcomeWithBug, type PlantedBug } from './planted-bugs.ts';
import { createRandom, type Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { type TrueRequest, Truth } from './truth.ts';

const ACCOUNT = 'account:acct_sim';
const ZERO_LOGGING_KEY = 'SimKey000002';
const MINUTE_MS = 60_000;
const REQUEST_MS = 60_000;
const LEASE_MARGIN_MS = 30_000;
const POLICY_CACHE_MS = 5_000;
const MAX_BURSTS = 25;

export interface RunReport {
  readonly seed: number;
  readonly operations: number;
  readonly faults: number;
  readonly requests: number;
  readonly admitted: number;
  /** What was found wrong; undefined where all held. */
  readonly violation: string | undefined;
}

interface Policies {
  readonly scopes: readonly ScopePolicy[];
  readonly revoked: boolean;
}

function drawWeather(random: Random): Weather {
  const worst = random.pick([0, 0.02, 0.1, 0.25]);
  const upTo = (share: number) => random.next() * worst * share;
  return {
    throttled: upTo(1),
    lost: upTo(0.5),
    unanswered: upTo(0.5),
    late: upTo(0.5),
    crash: upTo(0.1),
  };
}

function drawLimits(random: Random): ScopeLimits {
  const maybe = (value: number) => (random.chance(0.4) ? value : undefined);
  return {
    maxBudgetNano: maybe(random.between(0, 6_000)),
    budgetDuration: random.pick(['none', 'none', 'daily', 'weekly', 'monthly']),
    requestsPerMinute: maybe(random.between(2, 30)),
    tokensPerMinute: maybe(random.between(50, 2_000)),
    parallelRequests: maybe(random.between(1, 16)),
  };
}

class World {
  readonly truth = new Truth();
  readonly stores = createMemoryStores();
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly network: Network;
  faults = 0;
  failure: unknown;
  private readonly bug: PlantedBug | undefined;
  private readonly policies = new Map<string, ScopePolicy>();
  private readonly revoked = new Set<string>();
  private requestCount = 0;

  constructor(seed: number, bug: PlantedBug | undefined) {
    this.bug = bug;
    this.random = createRandom(seed);
    // Shortly before a day, a week and, in places, a month begins.
    const midnight = this.random.pick([Date.UTC(2026, 10, 23), Date.UTC(2026, 11, 1), Date.UTC(2027, 0, 1)]);
    this.scheduler = new Scheduler(midnight - this.random.between(1, 4 * MINUTE_MS));
    const weather = drawWeather(this.random);
    const onFault = () => {
      this.faults += 1;
    };
    this.network = new Network({ scheduler: this.scheduler, random: this.random, weather, onFault });
    this.watchStore();
  }

  /** Every change goes by the truth, in the order in which the store carries them out. */
  private watchStore(): void {
    const { stores, truth, bug } = this;
    stores.updateNow = (scope, update) => {
      const before = stores.states.get(scope);
      const after = before && changeWithBug(bug, update, before);
      if (before === undefined || after === undefined) return { applied: false, state: before, retried: false };
      stores.states.set(scope, after);
      try {
        truth.noteChange(scope, update, before, after);
      } catch (violation) {
        this.fail(violation);
      }
      return { applied: true, state: after, retried: false };
    };
  }

  fail(cause: unknown): void {
    this.failure ??= cause;
  }

  /** Something that goes on by itself; a fault of the store ends it, anything else fails the run. */
  start(task: Promise<unknown>): void {
    task.catch((cause: unknown) => {
      if (!(cause instanceof GatewayFault && cause.code === 'service_unavailable')) this.fail(cause);
    });
  }

  putPolicy(scope: string, limits: ScopeLimits): void {
    const policyVersion = (this.policies.get(scope)?.policyVersion ?? 0) + 1;
    const policy = { scope, policyVersion, limits };
    this.policies.set(scope, policy);
    this.truth.notePolicy(policy);
    this.stores.putPolicy(policy);
  }

  revoke(keyId: string): void {
    const scope = `key:${keyId}`;
    const limits = this.policies.get(scope)?.limits;
    if (limits === undefined) return;
    this.revoked.add(keyId);
    this.putPolicy(scope, limits);
    this.truth.revokedAtMs.set(keyId, this.scheduler.nowMs);
  }

  readPolicies(keyId: string): Policies {
    const names = [`key:${keyId}`, `key:${keyId}:gpt-*`, ACCOUNT];
    return { scopes: names.flatMap((name) => this.policies.get(name) ?? []), revoked: this.revoked.has(keyId) };
  }

  spawn(): { process: Process; now: () => number; stores: ReturnType<typeof storesOver> } {
    const process = { alive: true, skewMs: this.random.between(-2_000, 2_000) };
    const reached = storesOver(this.network, process, this.stores);
    const scopes = {
      ...reached.scopes,
      update: async (...call: Parameters<typeof reached.scopes.update>) =>
        outcomeWithBug(this.bug, await reached.scopes.update(...call)),
    };
    return { process, now: () => this.scheduler.nowMs + process.skewMs, stores: { ...reached, scopes } };
  }

  newRequest(keyId: string, reservedNano: number): TrueRequest {
    this.requestCount += 1;
    const id = `request-${this.requestCount}`;
    const request: TrueRequest = {
      requestId: keyId === ZERO_LOGGING_KEY ? unloggedId(id) : id,
      keyId,
      beganAtMs: this.scheduler.nowMs,
      reservedNano,
      admitted: false,
      forwarded: false,
      trueNano: undefined,
      settled: false,
    };
    this.truth.requests.set(request.requestId, request);
    return request;
  }

  get dropsSettlements(): boolean {
    return this.bug === 'dropped-settle' && this.random.chance(0.1);
  }
}

/** A process as the data plane has it: a ledger, a cache of policies, any number of requests at once. */
class Gateway {
  private readonly world: World;
  private readonly process: Process;
  private readonly now: () => number;
  private readonly ledger: Ledger;
  private readonly cache = new Map<string, Policies & { readonly atMs: number }>();

  constructor(world: World) {
    this.world = world;
    const { process, now, stores } = world.spawn();
    this.process = process;
    this.now = now;
    this.ledger = createLedger({ ...stores, now });
  }

  get alive(): boolean {
    return this.process.alive;
  }

  private async loadPolicies(keyId: string, anew: boolean): Promise<Policies> {
    const cached = this.cache.get(keyId);
    if (!anew && cached !== undefined && this.now() - cached.atMs < POLICY_CACHE_MS) return cached;
    const { result } = await this.world.network.call(this.process, () => this.world.readPolicies(keyId));
    this.cache.set(keyId, { ...result, atMs: this.now() });
    return result;
  }

  async serve(keyId: string): Promise<void> {
    const { random, scheduler } = this.world;
    const [amountNano, tokens] = [random.between(0, 400), random.between(0, 60)];
    const beganAtMs = scheduler.nowMs;
    for (const anew of [false, true]) {
      const { scopes, revoked } = await this.loadPolicies(keyId, anew);
      if (revoked) return;
      const request = { ...this.world.newRequest(keyId, amountNano), beganAtMs };
      this.world.truth.requests.set(request.requestId, request);
      const startedAtMs = this.now();
      const leaseEndsAtMs = startedAtMs + REQUEST_MS + LEASE_MARGIN_MS;
      const demand = { requestId: request.requestId, startedAtMs, scopes, amountNano, tokens, leaseEndsAtMs };
      const outcome = await this.ledger.reserve(demand);
      if (outcome.kind === 'policy-changed') continue;
      if (outcome.kind === 'reserved') await this.forward(request, demand);
      return;
    }
  }

  private async forward(request: TrueRequest, demand: Demand): Promise<void> {
    const { random, truth, network } = this.world;
    request.admitted = true;
    truth.noteForwarded(request);
    const honest = random.between(0, demand.amountNano);
    const usage = random.pick(['known', 'known', 'known', 'absurd', 'unknown', 'failed']);
    const durationMs = random.chance(0.1) ? REQUEST_MS : random.between(100, 20_000);
    const estimated = usage === 'unknown';
    request.trueNano = estimated ? demand.amountNano : usage === 'absurd' ? 1e15 : honest;
    // A frozen process may even outlast its lease.
    await network.pass(this.process, random.chance(0.02) ? durationMs + 2 * REQUEST_MS : durationMs);
    if (this.world.dropsSettlements) {
      request.settled = true;
      return;
    }
    const outOfTime = this.now() > demand.leaseEndsAtMs;
    await this.ledger.settle(settlementOf(demand, request, { estimated, failed: usage === 'failed' }));
    request.settled = !outOfTime;
  }
}

function settlementOf(
  demand: Demand,
  { trueNano, keyId, requestId }: TrueRequest,
  how: { readonly estimated: boolean; readonly failed: boolean },
): Settlement {
  return {
    requestId,
    accountId: ACCOUNT.slice('account:'.length),
    keyId,
    scopes: demand.scopes.map(({ scope }) => scope),
    provider: 'sim',
    model: 'sim',
    amountNano: trueNano ?? demand.amountNano,
    reservedNano: demand.amountNano,
    reservedTokens: demand.tokens,
    estimated: how.estimated,
    inputTokens: Math.floor(demand.tokens / 3),
    cachedInputTokens: 0,
    outputTokens: 0,
    status: how.failed ? 'failed' : 'completed',
    startedAtMs: demand.startedAtMs,
  };
}

async function sendTraffic(world: World, keyIds: readonly [string, ...string[]], untilMs: number): Promise<void> {
  const { random, scheduler } = world;
  const gateways = Array.from({ length: random.between(1, 4) }, () => new Gateway(world));
  const pauseMs = random.pick([500, 2_000, 6_000]);
  for (let sent = 0; sent < MAX_BURSTS && scheduler.nowMs < untilMs; sent += 1) {
    await scheduler.sleep(random.between(0, 2 * pauseMs));
    for (let burst = random.pick([1, 1, 1, 2, 8]); burst > 0; burst -= 1) {
      const index = random.between(0, gateways.length - 1);
      if (gateways[index]?.alive !== true) gateways[index] = new Gateway(world);
      const gateway = gateways[index];
      if (gateway !== undefined) world.start(gateway.serve(random.pick(keyIds)));
    }
  }
}

async function changePolicies(world: World, keyIds: readonly string[], untilMs: number): Promise<void> {
  const { random, scheduler } = world;
  const names = [...keyIds.map((keyId) => `key:${keyId}`), ACCOUNT] as const;
  while (scheduler.nowMs < untilMs) {
    await scheduler.sleep(random.between(0, 2 * MINUTE_MS));
    const scope = names[random.between(0, names.length - 1)] ?? ACCOUNT;
    if (random.chance(0.2) && scope !== ACCOUNT) world.revoke(scope.slice('key:'.length));
    else world.putPolicy(scope, drawLimits(random));
  }
}

async function sweepEachMinute(world: World, untilMs: number): Promise<void> {
  while (world.scheduler.nowMs < untilMs) {
    await world.scheduler.sleep(MINUTE_MS);
    const { now, stores } = world.spawn();
    world.start(sweepLeases({ ...stores, now, onFailure: (cause) => world.start(Promise.reject(cause)) }));
  }
}

/** In calm weather, once every lease, and the quarter hour in which the last of them lies, is over. */
async function sweepAtLast(world: World): Promise<void> {
  await world.scheduler.sleep(30 * MINUTE_MS);
  const { scopes, records, leases } = world.stores;
  const now = () => world.scheduler.nowMs;
  const store = {
    ...scopes,
    update: async (...call: Parameters<typeof scopes.update>) => world.stores.updateNow(...call),
  };
  await sweepLeases({ scopes: store, records, leases, now, onFailure: (cause) => world.fail(cause) });
}

/** Runs one seed to its end. Never throws. */
export async function runSeed(seed: number, bug?: PlantedBug): Promise<RunReport> {
  const world = new World(seed, bug);
  const { random, scheduler, truth, stores } = world;
  const keyIds = ['SimKey000001', ...(random.chance(0.5) ? [ZERO_LOGGING_KEY] : [])] as const;
  for (const keyId of keyIds) {
    world.putPolicy(`key:${keyId}`, drawLimits(random));
    if (random.chance(0.3)) world.putPolicy(`key:${keyId}:gpt-*`, drawLimits(random));
  }
  world.putPolicy(ACCOUNT, drawLimits(random));
  const untilMs = scheduler.nowMs + random.between(1, 5) * MINUTE_MS;
  world.start(sendTraffic(world, keyIds, untilMs));
  world.start(changePolicies(world, keyIds, untilMs));
  world.start(sweepEachMinute(world, untilMs + 3 * MINUTE_MS));
  await scheduler.run();
  world.start(sweepAtLast(world));
  await scheduler.run();
  try {
    if (world.failure === undefined) truth.checkQuiet(stores.states, stores.kept);
  } catch (violation) {
    world.fail(violation);
  }
  return {
    seed,
    operations: truth.operations,
    faults: world.faults,
    requests: truth.requests.size,
    admitted: [...truth.requests.values()].filter(({ admitted }) => admitted).length,
    violation: world.failure === undefined ? undefined : String(world.failure),
  };
}
