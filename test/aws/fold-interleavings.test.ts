// What happens between any two calls of a fold, or of a report: a record that comes late, another fold, the end of the
// process, an answer that is lost.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AwsError } from '../../lambdas/aws/aws-error.ts';
import type { JsonClient } from '../../lambdas/aws/json-client.ts';
import { settlementOf } from '../support/ledger-suite.ts';
import {
  beginMs,
  HOUR_MS,
  type LabAccount,
  MINUTE_MS,
  startUsageLab,
  sumCosts,
  type UsageLab,
} from '../support/usage-lab.ts';

type Between = (operation: string, call: () => Promise<unknown>) => Promise<unknown>;

/** Tells of each call, and lets `between` meddle with the one of that number. Looking for hours that are due is none. */
function meddle(at: number, between: Between) {
  const seen: string[] = [];
  const cut = (client: JsonClient): JsonClient => ({
    call(operation, input, options) {
      const call = () => client.call(operation, input, options);
      if ('IndexName' in input) return call();
      seen.push(operation);
      return seen.length - 1 === at ? between(operation, call) : call();
    },
  });
  return { seen, cut };
}

const lost = (operation: string) => new AwsError('TimeoutError', operation, { retryable: false });

let lab: UsageLab;
beforeAll(async () => {
  lab = await startUsageLab();
});
afterAll(() => lab.stop());

/** Five requests that ended, three of them under zero logging, and one of each kind whose process died. All of one hour. */
async function startHour(): Promise<{ account: LabAccount; settledNano: number; lateNano: number }> {
  lab.clock.nowMs = beginMs;
  const account = await lab.newAccount(['K1', 'Z1', 'Z2']);
  const process = lab.newProcess();
  const amounts = [1, 20, 300, 400, 500];
  for (const [index, keyId] of ['K1', 'K1', 'Z1', 'Z1', 'Z2'].entries()) {
    const demand = account.demandOf(keyId, `ended-${index}`);
    await process.reserve(demand);
    await process.settle(settlementOf(demand, { amountNano: amounts[index] ?? 0 }));
  }
  for (const keyId of ['K1', 'Z1']) await process.reserve(account.demandOf(keyId, 'died'));
  return { account, settledNano: amounts.reduce((sum, amount) => sum + amount, 0), lateNano: 2_000 };
}

async function totalOf(account: LabAccount, input: object = {}): Promise<number> {
  const pages = await account.costs({ start_time: String(beginMs / 1000), ...input });
  return sumCosts(pages).get('all') ?? 0;
}

const sweep = () =>
  lab.sweep((cause) => {
    throw cause;
  });

async function expectAll(account: LabAccount, nano: number): Promise<void> {
  expect(await totalOf(account)).toBe(nano);
  expect(await totalOf(account, { bucket_width: '1h', group_by: ['api_key_id', 'model'] })).toBe(nano);
  expect(await account.spent()).toBe(nano);
}

/** The sweeper comes at last, and everything is folded, to the last record under zero logging. */
async function finish(account: LabAccount, nano: number): Promise<void> {
  await sweep();
  await expectAll(account, nano);
  for (let round = 0; round < 2; round += 1) {
    lab.clock.nowMs += HOUR_MS;
    await lab.fold();
  }
  expect(await lab.fold()).toMatchObject({ hours: 0 });
  await expectAll(account, nano);
}

const isProof = process.env['PORTCULLIS_PROVE'] !== undefined;
/** More than a fold has here. */
const CALLS = 16;
/** Every one where all is to be proven, else some of them. */
const some = Array.from({ length: CALLS }, (_, index) => index).filter((at) => isProof || at % 3 === 1);
const hourStart = Date.UTC(2026, 10, 25, 9) / 1000;
const foldMs = beginMs + 2 * HOUR_MS + 10 * MINUTE_MS;

describe('a fold', () => {
  test('makes fewer calls than are meddled with here', async () => {
    const { account, settledNano, lateNano } = await startHour();
    lab.clock.nowMs = beginMs + HOUR_MS;
    await sweep();
    lab.clock.nowMs = foldMs;
    const { seen, cut } = meddle(-1, (_operation, call) => call());
    expect(await lab.fold({}, cut)).toMatchObject({ hours: 1, folded: 1 });
    expect(seen).toContain('TransactWriteItems');
    expect(seen.length).toBeLessThan(CALLS);
    await expectAll(account, settledNano + lateNano);
  });

  test.each(some)('during whose call %i the records of killed requests come has them folded too', async (at) => {
    const { account, settledNano, lateNano } = await startHour();
    lab.clock.nowMs = foldMs;
    const { cut } = meddle(at, async (_operation, call) => {
      await sweep();
      return call();
    });
    await lab.fold({}, cut);
    await finish(account, settledNano + lateNano);
  });

  test.each(some)('during whose call %i another one runs from end to end counts nothing twice', async (at) => {
    const { account, settledNano, lateNano } = await startHour();
    lab.clock.nowMs = foldMs;
    const { cut } = meddle(at, async (_operation, call) => {
      await lab.fold();
      return call();
    });
    await lab.fold({}, cut);
    expect(await totalOf(account)).toBe(settledNano);
    await finish(account, settledNano + lateNano);
  });

  test.each(some)('whose answer to call %i is lost counts nothing twice', async (at) => {
    const { account, settledNano, lateNano } = await startHour();
    lab.clock.nowMs = foldMs;
    const { cut } = meddle(at, async (operation, call) => {
      await call();
      throw lost(operation);
    });
    await lab.fold({}, cut).catch(() => undefined);
    expect(await totalOf(account)).toBe(settledNano);
    await finish(account, settledNano + lateNano);
  });

  test.each(some)('that dies before call %i leaves everything as it was reported', async (at) => {
    const { account, settledNano, lateNano } = await startHour();
    lab.clock.nowMs = foldMs;
    let dead = false;
    const { cut } = meddle(at, async (operation) => {
      dead = true;
      throw lost(operation);
    });
    const die = (client: JsonClient): JsonClient => {
      const alive = cut(client);
      return {
        call: (operation, ...more) => (dead ? Promise.reject(lost(operation)) : alive.call(operation, ...more)),
      };
    };
    await lab.fold({}, die).catch(() => undefined);
    expect(await totalOf(account)).toBe(settledNano);
    await finish(account, settledNano + lateNano);
  });

  test.each(some)(
    'that finds its time up at its question %i goes on where it stopped, late records or not',
    async (at) => {
      for (const late of [false, true]) {
        const { account, settledNano, lateNano } = await startHour();
        lab.clock.nowMs = foldMs;
        let asked = 0;
        const remainingMs = () => {
          asked += 1;
          return asked > at ? 0 : 600_000;
        };
        await lab.fold({ remainingMs });
        if (late) await sweep();
        expect(await totalOf(account)).toBe(settledNano + (late ? lateNano : 0));
        lab.clock.nowMs += HOUR_MS;
        await lab.fold();
        expect(await totalOf(account)).toBe(settledNano + (late ? lateNano : 0));
        await finish(account, settledNano + lateNano);
      }
    },
  );
});

/** Time is up at question number `at`. */
function timeUpAt(at: number): () => number {
  let asked = 0;
  return () => {
    asked += 1;
    return asked > at ? 0 : 600_000;
  };
}

describe('two folds that go on where the same one stopped', () => {
  test.each(some)('count nothing twice, where one has its time up during call %i of the other', async (at) => {
    const { account, settledNano, lateNano } = await startHour();
    lab.clock.nowMs = foldMs;
    // The first under zero logging, then the rest until a page has been read.
    await lab.fold({ remainingMs: timeUpAt(6) });
    const { cut } = meddle(at, async (_operation, call) => {
      await lab.fold({ remainingMs: timeUpAt(2) });
      return call();
    });
    await lab.fold({}, cut);
    expect(await totalOf(account)).toBe(settledNano);
    await finish(account, settledNano + lateNano);
  });
});

describe('a report', () => {
  test.each(some)('during whose call %i the hour is folded tells the same', async (at) => {
    for (const bucket_width of ['1m', '1h', '1d']) {
      const { account, settledNano, lateNano } = await startHour();
      lab.clock.nowMs = foldMs;
      const { cut } = meddle(at, async (_operation, call) => {
        await lab.fold();
        return call();
      });
      const pages = await account.completions({ start_time: String(hourStart), bucket_width }, cut);
      const results = pages.flatMap(({ data }) => data).flatMap((bucket) => bucket.results);
      expect(results.reduce((sum, { num_model_requests = 0 }) => sum + num_model_requests, 0)).toBe(5);
      await finish(account, settledNano + lateNano);
    }
  });
});
