import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AwsError } from '../../lambdas/aws/aws-error.ts';
import type { Demand, Ledger } from '../../lambdas/domain/limits/ledger.ts';
import { ledgerTable } from '../support/dynamo-ledger.ts';
import { settlementOf } from '../support/ledger-suite.ts';
import {
  beginMs,
  type Cut,
  type LabAccount,
  MINUTE_MS,
  startUsageLab,
  sumCosts,
  type UsageLab,
} from '../support/usage-lab.ts';

const isProof = process.env['PORTCULLIS_PROVE'] !== undefined;

/** The last one is under zero logging. */
const keys = ['K1', 'K2', 'Z1'] as const;
const models = ['gpt-a', 'gpt-b'] as const;

const stepOf = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('request' as const),
      key: fc.constantFrom(...keys),
      model: fc.constantFrom(...models),
      amountNano: fc.integer({ min: 0, max: 1_000 }),
      // What becomes of its process: it settles; dies while the request runs; dies between the record and the scopes.
      fate: fc.constantFrom('settles', 'settles', 'settles', 'dies', 'dies-halfway'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle-again' as const), place: fc.nat(30) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), minutes: fc.constantFrom(1, 20, 70, 130) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('fold' as const),
      // After so many calls of the store it dies, or finds its time up.
      diesAfter: fc.option(fc.nat(25), { nil: undefined }),
      stopsAfter: fc.option(fc.nat(8), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('check' as const) }) },
);
type Step = typeof stepOf extends fc.Arbitrary<infer T> ? T : never;

interface Truth {
  readonly demand: Demand;
  readonly key: string;
  readonly model: string;
  /** What its record says; undefined where there is none yet. */
  recordedNano: number | undefined;
  /** Whether its scopes have been charged. */
  charged: boolean;
}

const broken = (operation: string) => new AwsError('TimeoutError', operation, { retryable: false });

/** Cuts off the calls that `isCut` picks, before they are sent. */
const cutWhere =
  (isCut: (operation: string, input: object) => boolean): Cut =>
  (client) => ({
    call: (operation, input, options) =>
      isCut(operation, input) ? Promise.reject(broken(operation)) : client.call(operation, input, options),
  });

const changesScopes: Cut = cutWhere(
  (operation, input) => operation === 'UpdateItem' && 'TableName' in input && input.TableName === ledgerTable,
);

function cutAfter(calls: number): Cut {
  let left = calls;
  return cutWhere(() => {
    left -= 1;
    return left < 0;
  });
}

class Run {
  private readonly requests: Truth[] = [];
  private readonly lab: UsageLab;
  private readonly account: LabAccount;
  private readonly processes: readonly Ledger[];
  private turn = 0;

  constructor(lab: UsageLab, account: LabAccount) {
    this.lab = lab;
    this.account = account;
    this.processes = [1, 2, 3].map(() => lab.newProcess());
  }

  /** Three that live for ever, and remember, take turns. */
  private anyProcess(): Ledger {
    this.turn += 1;
    const process = this.processes[this.turn % this.processes.length];
    if (process === undefined) throw new Error('no process');
    return process;
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'request':
        return this.request(step);
      case 'settle-again':
        return this.settleAgain(step.place);
      case 'pass':
        this.lab.clock.nowMs += step.minutes * MINUTE_MS;
        return;
      case 'sweep':
        return this.sweep();
      case 'fold':
        return this.fold(step);
      case 'check':
        return this.check();
    }
  }

  private async request({ key, model, amountNano, fate }: Extract<Step, { kind: 'request' }>): Promise<void> {
    const { lab, account } = this;
    const demand = account.demandOf(key, String(this.requests.length));
    const truth: Truth = { demand, key, model, recordedNano: undefined, charged: false };
    this.requests.push(truth);
    expect(await this.anyProcess().reserve(demand)).toMatchObject({ kind: 'reserved' });
    if (fate === 'dies') return;
    const settlement = settlementOf(demand, { amountNano, model });
    truth.recordedNano = amountNano;
    if (fate === 'settles') {
      await this.anyProcess().settle(settlement);
      truth.charged = true;
    } else {
      await expect(lab.newProcess(changesScopes).settle(settlement)).rejects.toThrow();
    }
  }

  /** By a process that has another amount in mind; a request that ran on meanwhile ends so. */
  private async settleAgain(place: number): Promise<void> {
    const truth = this.requests[place % Math.max(1, this.requests.length)];
    if (truth === undefined) return;
    await this.anyProcess().settle(settlementOf(truth.demand, { amountNano: 777, model: truth.model }));
    truth.recordedNano ??= 777;
    truth.charged = true;
  }

  private async sweep(): Promise<void> {
    await this.lab.sweep((cause) => {
      throw cause;
    });
    for (const truth of this.requests) {
      if (truth.charged || truth.demand.leaseEndsAtMs >= this.lab.clock.nowMs) continue;
      // Where the index had the scope under a later lease, its turn comes later.
      if (await this.isOpen(truth)) continue;
      truth.recordedNano ??= truth.demand.amountNano;
      truth.charged = true;
    }
  }

  private async isOpen({ demand }: Truth): Promise<boolean> {
    const states = await Promise.all(demand.scopes.map(({ scope }) => this.lab.scopes.read(scope)));
    return states.some((state) => state?.open[demand.requestId] !== undefined);
  }

  private async fold({
    diesAfter,
    stopsAfter = Number.POSITIVE_INFINITY,
  }: Extract<Step, { kind: 'fold' }>): Promise<void> {
    let asked = 0;
    const remainingMs = () => {
      asked += 1;
      return asked > stopsAfter ? 0 : 600_000;
    };
    const cut = diesAfter === undefined ? undefined : cutAfter(diesAfter);
    await this.lab
      .fold({ remainingMs }, cut)
      .catch((cause: unknown) => expect(cause).toMatchObject({ code: 'service_unavailable' }));
  }

  /** Every report says what the records say; and so do the counters, of what has been charged. */
  async check(): Promise<void> {
    const { account, requests } = this;
    const recorded = requests.filter(({ recordedNano }) => recordedNano !== undefined);
    const sum = (some: readonly Truth[]) => some.reduce((total, { recordedNano = 0 }) => total + recordedNano, 0);
    const input = { start_time: String(beginMs / 1000) };
    const byKey = sumCosts(await account.costs({ ...input, group_by: 'api_key_id', limit: '3' }), 'api_key_id');
    for (const key of keys) {
      const own = recorded.filter((truth) => truth.key === key);
      expect({ key, nano: byKey.get(account.keyId(key)) ?? 0 }).toEqual({ key, nano: sum(own) });
      const charged = requests.filter((truth) => truth.key === key && truth.charged);
      expect({ key, spent: await account.spent(key) }).toEqual({ key, spent: sum(charged) });
    }
    expect(await account.spent()).toBe(sum(requests.filter(({ charged }) => charged)));
    const byModel = sumCosts(await account.costs({ ...input, group_by: ['model'], bucket_width: '1h' }), 'model');
    expect([...byModel.values()].reduce((total, nano) => total + nano, 0)).toBe(sum(recorded));
    for (const model of models) {
      const own = recorded.filter((truth) => truth.key !== 'Z1' && truth.model === model);
      const found = (byModel.get(`openai/${model}`) ?? 0) + 0;
      const unknown = own.filter(({ demand, recordedNano }) => recordedNano === demand.amountNano);
      // A request that nobody ended is charged all that it had reserved, under no model.
      expect(found).toBeLessThanOrEqual(sum(own));
      expect(found).toBeGreaterThanOrEqual(sum(own) - sum(unknown));
    }
  }

  async finish(): Promise<void> {
    this.lab.clock.nowMs += 180 * MINUTE_MS;
    for (let round = 0; round < 3; round += 1) {
      await this.sweep();
      this.lab.clock.nowMs += 45 * MINUTE_MS;
    }
    expect(this.requests.filter(({ charged }) => !charged)).toEqual([]);
    await this.check();
    await this.lab.fold();
    await this.check();
    expect(await this.lab.fold()).toMatchObject({ hours: 0 });
  }
}

describe('what is reported', () => {
  let lab: UsageLab;
  beforeAll(async () => {
    lab = await startUsageLab();
  });
  afterAll(() => lab.stop());

  test('is the sum of the records, and of the counters, whatever dies, comes late, or is done again', async () => {
    const property = fc.asyncProperty(
      fc.array(stepOf, { minLength: 10, maxLength: 30, size: 'max' }),
      async (steps) => {
        lab.clock.nowMs = beginMs;
        const run = new Run(lab, await lab.newAccount(keys));
        for (const step of steps) await run.take(step);
        await run.finish();
      },
    );
    await fc.assert(property, { numRuns: isProof ? 300 : 15 });
  }, 1_200_000);
});
