import fc from 'fast-check';
import { expect } from 'vitest';
import type { Demand, Ledger } from '../../lambdas/domain/limits/ledger.ts';
import type { ScopeLimits, ScopePolicy } from '../../lambdas/domain/limits/scope.ts';
import { sweepLeases } from '../../lambdas/operations/sweep-leases.ts';
import { demandOf, type LedgerUnderTest, policyOf, settlementOf, startMs } from './ledger-suite.ts';

interface Running {
  readonly demand: Demand;
  readonly minute: number;
}

/** What a scope is, said as plainly as can be: lists and sums, no counter that is carried on. */
interface ModelScope {
  policy: ScopePolicy;
  spent: number;
  /** What each minute has taken. */
  readonly requests: Map<number, number>;
  readonly tokens: Map<number, number>;
}

interface Model {
  nowMs: number;
  nextId: number;
  readonly scopes: Map<string, ModelScope>;
  readonly running: Map<string, Running>;
  readonly ended: Demand[];
}

interface Real {
  readonly subject: LedgerUnderTest;
  readonly ledgers: readonly Ledger[];
  readonly clock: { nowMs: number };
  readonly prefix: string;
}

const minuteOf = (nowMs: number) => Math.floor(nowMs / 60_000);

function runningIn(model: Model, name: string): readonly Running[] {
  return [...model.running.values()].filter(({ demand }) => demand.scopes.some(({ scope }) => scope === name));
}

function reservedIn(model: Model, name: string): number {
  return runningIn(model, name).reduce((sum, { demand }) => sum + demand.amountNano, 0);
}

function fitsMinute(taken: Map<number, number>, limit: number | undefined, units: number, nowMs: number): boolean {
  if (limit === undefined) return true;
  const minute = minuteOf(nowMs);
  const current = taken.get(minute) ?? 0;
  const left = 1 - (nowMs % 60_000) / 60_000;
  const faded = Math.ceil(Math.round((taken.get(minute - 1) ?? 0) * left * 1e6) / 1e6);
  return current + Math.max(units, faded) <= limit;
}

function admits(model: Model, name: string, demand: Demand): boolean {
  const scope = model.scopes.get(name);
  if (scope === undefined) return false;
  const { maxBudgetNano = Number.POSITIVE_INFINITY, parallelRequests = 64, ...limits } = scope.policy.limits;
  return (
    scope.spent + reservedIn(model, name) + demand.amountNano <= maxBudgetNano &&
    runningIn(model, name).length < parallelRequests &&
    fitsMinute(scope.requests, limits.requestsPerMinute, 1, model.nowMs) &&
    fitsMinute(scope.tokens, limits.tokensPerMinute, demand.tokens, model.nowMs)
  );
}

function take(taken: Map<number, number>, minute: number, units: number): void {
  taken.set(minute, (taken.get(minute) ?? 0) + units);
}

function end(model: Model, { demand, minute }: Running, amountNano: number, unusedTokens: number): void {
  model.running.delete(demand.requestId);
  model.ended.push(demand);
  for (const { scope } of demand.scopes) {
    const found = model.scopes.get(scope);
    if (found === undefined) continue;
    found.spent += amountNano;
    // A minute that is two ago is forgotten; whether it is given back then shows nowhere.
    take(found.tokens, minute, -unusedTokens);
  }
}

/** Every scope's figures, in the model and in the store. */
async function compare(model: Model, { subject }: Real): Promise<void> {
  for (const [name, { spent }] of model.scopes) {
    const state = await subject.scopes.read(name);
    const reserved = reservedIn(model, name);
    expect({ reserved: state?.reserved, committed: state?.committed }).toEqual({
      reserved,
      committed: spent + reserved,
    });
    expect(Object.keys(state?.open ?? {}).sort()).toEqual(
      runningIn(model, name)
        .map(({ demand }) => demand.requestId)
        .sort(),
    );
  }
}

type Command = fc.AsyncCommand<Model, Real>;

class Reserve implements Command {
  private readonly key: number;
  private readonly amountNano: number;
  private readonly tokens: number;

  constructor(key: number, amountNano: number, tokens: number) {
    this.key = key;
    this.amountNano = amountNano;
    this.tokens = tokens;
  }

  check = () => true;

  async run(model: Model, real: Real): Promise<void> {
    const names = [...model.scopes.keys()];
    const chosen = [names[this.key], names.at(-1)].flatMap((name) => model.scopes.get(name ?? '')?.policy ?? []);
    const requestId = `${real.prefix}-${model.nextId}`;
    model.nextId += 1;
    const { amountNano, tokens } = this;
    const demand = demandOf(chosen, requestId, { amountNano, tokens, startedAtMs: model.nowMs });
    const admitted = chosen.every(({ scope }) => admits(model, scope, demand));
    const ledger = real.ledgers[model.nextId % real.ledgers.length];
    expect((await ledger?.reserve(demand))?.kind).toBe(admitted ? 'reserved' : 'refused');
    if (admitted) {
      const minute = minuteOf(model.nowMs);
      model.running.set(requestId, { demand, minute });
      for (const { scope } of chosen) {
        const found = model.scopes.get(scope);
        if (found === undefined) continue;
        take(found.requests, minute, 1);
        take(found.tokens, minute, tokens);
      }
    }
    await compare(model, real);
  }

  toString = () => `reserve(key ${this.key}, ${this.amountNano}, ${this.tokens} tokens)`;
}

class Settle implements Command {
  private readonly place: number;
  private readonly share: number;

  constructor(place: number, share: number) {
    this.place = place;
    this.share = share;
  }

  check = (model: Readonly<Model>) => model.running.size > 0;

  async run(model: Model, real: Real): Promise<void> {
    const running = [...model.running.values()][this.place % model.running.size];
    if (running === undefined) return;
    const { demand } = running;
    const amountNano = Math.floor(demand.amountNano * this.share);
    const used = Math.floor(demand.tokens * this.share);
    const settlement = settlementOf(demand, { amountNano, inputTokens: used, outputTokens: 0 });
    await real.ledgers[this.place % real.ledgers.length]?.settle(settlement);
    end(model, running, amountNano, demand.tokens - used);
    await compare(model, real);
  }

  toString = () => `settle(${this.place}, ${this.share})`;
}

class SettleAgain implements Command {
  private readonly place: number;

  constructor(place: number) {
    this.place = place;
  }

  check = (model: Readonly<Model>) => model.ended.length > 0;

  async run(model: Model, real: Real): Promise<void> {
    const demand = model.ended[this.place % model.ended.length];
    if (demand !== undefined) await real.ledgers[0]?.settle(settlementOf(demand, { amountNano: demand.amountNano }));
    await compare(model, real);
  }

  toString = () => `settle again(${this.place})`;
}

class Pass implements Command {
  private readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }

  check = () => true;

  async run(model: Model, real: Real): Promise<void> {
    model.nowMs += this.ms;
    real.clock.nowMs = model.nowMs;
    await compare(model, real);
  }

  toString = () => `pass(${this.ms} ms)`;
}

class Expire implements Command {
  check = () => true;

  async run(model: Model, real: Real): Promise<void> {
    const onFailure = (cause: unknown) => expect.unreachable(`a sweep failed: ${String(cause)}`);
    await sweepLeases({ ...real.subject, now: () => model.nowMs, onFailure });
    for (const running of [...model.running.values()]) {
      const { demand } = running;
      if (demand.leaseEndsAtMs < model.nowMs) end(model, running, demand.amountNano, 0);
    }
    await compare(model, real);
  }

  toString = () => 'expire';
}

class ChangePolicy implements Command {
  private readonly place: number;
  private readonly limits: Partial<ScopeLimits>;

  constructor(place: number, limits: Partial<ScopeLimits>) {
    this.place = place;
    this.limits = limits;
  }

  check = () => true;

  async run(model: Model, real: Real): Promise<void> {
    const found = [...model.scopes.values()][this.place % model.scopes.size];
    if (found === undefined) return;
    const stale = [...model.scopes.values()].map(({ policy }) => policy);
    const { scope, policyVersion } = found.policy;
    // The windows are counted only while one is limited, so that these are, throughout.
    found.policy = policyOf(scope, { requestsPerMinute: 8, ...this.limits }, policyVersion + 1);
    await real.subject.putPolicy(found.policy);
    const [key, account] = [stale[this.place % (stale.length - 1)], stale.at(-1)];
    if (key !== undefined && account !== undefined) {
      const demand = demandOf([key, account], `${real.prefix}-stale-${model.nextId}`, { startedAtMs: model.nowMs });
      model.nextId += 1;
      expect(await real.ledgers[0]?.reserve({ ...demand, amountNano: 0, tokens: 0 })).toEqual({
        kind: 'policy-changed',
      });
    }
    await compare(model, real);
  }

  toString = () => `change policy(${this.place}, ${JSON.stringify(this.limits)})`;
}

const someLimits = fc.record({
  maxBudgetNano: fc.option(fc.integer({ min: 0, max: 400 }), { nil: undefined }),
  requestsPerMinute: fc.integer({ min: 1, max: 8 }),
  tokensPerMinute: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
  parallelRequests: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
});

const someCommands = fc.commands(
  [
    fc
      .tuple(fc.nat(1), fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 60 }))
      .map(([key, amount, tokens]) => new Reserve(key, amount, tokens)),
    fc.tuple(fc.nat(20), fc.constantFrom(0, 0.3, 1)).map(([place, share]) => new Settle(place, share)),
    fc.nat(20).map((place) => new SettleAgain(place)),
    fc.constantFrom(500, 7_000, 31_000, 60_000).map((ms) => new Pass(ms)),
    fc.constant(new Expire()),
    fc.tuple(fc.nat(2), someLimits).map(([place, limits]) => new ChangePolicy(place, limits)),
  ],
  { maxCommands: 40 },
);

/** Drives random sequences through three processes on the store, and through the model beside it. */
export async function compareWithModel(subject: LedgerUnderTest, numRuns: number): Promise<void> {
  let run = 0;
  const property = fc.asyncProperty(
    fc.array(someLimits, { minLength: 3, maxLength: 3 }),
    someCommands,
    async (...drawn) => {
      const [limits, commands] = drawn;
      run += 1;
      const prefix = `run${run}`;
      const names = [`key:${prefix}a`, `key:${prefix}b`, `account:${prefix}`];
      const scopes = new Map<string, ModelScope>();
      for (const [index, name] of names.entries()) {
        const policy = policyOf(name, limits[index]);
        await subject.putPolicy(policy);
        scopes.set(name, { policy, spent: 0, requests: new Map(), tokens: new Map() });
      }
      const clock = { nowMs: startMs };
      const ledgers = [1, 2, 3].map(() => subject.createLedger(() => clock.nowMs));
      const model: Model = { nowMs: startMs, nextId: 0, scopes, running: new Map(), ended: [] };
      await fc.asyncModelRun(() => ({ model, real: { subject, ledgers, clock, prefix } }), commands);
      clock.nowMs = model.nowMs += 3_600_000;
      await new Expire().run(model, { subject, ledgers, clock, prefix });
    },
  );
  await fc.assert(property, { numRuns });
}
