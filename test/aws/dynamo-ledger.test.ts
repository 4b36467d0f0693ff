import { afterEach, describe, expect, test } from 'vitest';
import { createDynamoLedger } from '../../lambdas/aws/dynamo-ledger.ts';
import type { JsonClient } from '../../lambdas/aws/json-client.ts';
import { sweepLeases } from '../../lambdas/operations/sweep-leases.ts';
import type { Fault } from '../../local/dynamodb/faults.ts';
import { createRandom } from '../simulation/random.ts';
import { ledgerTable, startLedgerTables, usageTable } from '../support/dynamo-ledger.ts';
import { compareWithModel } from '../support/ledger-model.ts';
import { demandOf, describeLedger, policyOf, settlementOf, startMs } from '../support/ledger-suite.ts';

describeLedger('DynamoDB', () => startLedgerTables());

describe('createDynamoLedger', { timeout: 60_000 }, () => {
  let tables: Awaited<ReturnType<typeof startLedgerTables>> | undefined;
  afterEach(() => tables?.stop());

  const limits = { maxBudgetNano: 10_000, requestsPerMinute: 1_000, tokensPerMinute: 100_000 };
  const scopes = [policyOf('key:PublicId1', limits), policyOf('key:PublicId1:gpt-*', limits), policyOf('account:a')];

  async function startWith(options: Parameters<typeof startLedgerTables>[0] = {}) {
    tables = await startLedgerTables(options);
    for (const policy of scopes) await tables.putPolicy(policy);
    return tables;
  }

  test('reserves in one round trip, and settles in two: a write for each scope and one for the record; and one for the hour, once', async () => {
    const { client } = await startWith();
    const rounds: string[][] = [];
    let running = 0;
    const counting: JsonClient = {
      async call(operation, input, options) {
        if (running === 0) rounds.push([]);
        rounds.at(-1)?.push(operation);
        running += 1;
        try {
          return await client.call(operation, input, options);
        } finally {
          running -= 1;
        }
      },
    };
    const ledger = createDynamoLedger({ client: counting, ledgerTable, usageTable, now: () => startMs });
    const perScope = ['UpdateItem', 'UpdateItem', 'UpdateItem'];
    for (const [requestId, marks] of [
      ['first', ['UpdateItem']],
      ['second', []],
    ] as const) {
      rounds.length = 0;
      const demand = demandOf(scopes, requestId);
      expect(await ledger.reserve(demand)).toMatchObject({ kind: 'reserved' });
      expect(rounds).toEqual([[...perScope, ...marks]]);
      await ledger.settle(settlementOf(demand));
      expect(rounds.slice(1)).toEqual([['PutItem'], perScope]);
    }
  });

  test('comes to the same as a plain model, whatever the sequence of calls', async () => {
    await compareWithModel(await startWith(), 25);
  }, 120_000);

  test.each(['throttle', 'conflict', 'internal-error', 'timeout'] as const)(
    'a store that only answers with %s is a 503, and nothing is held',
    async (fault) => {
      let faulty = false;
      const { createLedger, scopes: store } = await startWith({
        attemptTimeoutMs: 30,
        faults: () => (faulty ? fault : undefined),
      });
      faulty = true;
      await expect(createLedger(() => startMs).reserve(demandOf(scopes, 'lost'))).rejects.toMatchObject({
        name: 'GatewayFault',
        code: 'service_unavailable',
      });
      faulty = false;
      for (const { scope } of scopes) expect(await store.read(scope)).toMatchObject({ reserved: 0, committed: 0 });
    },
  );

  test('under throttling, lost answers and failures of a fifth of all calls, everything adds up', async () => {
    const random = createRandom(7);
    let faulty = false;
    const kinds: readonly [Fault, ...Fault[]] = ['throttle', 'conflict', 'internal-error', 'lose-answer'];
    const {
      createLedger,
      scopes: store,
      records,
      leases,
    } = await startWith({
      attemptTimeoutMs: 2_000,
      faults: () => (faulty && random.chance(0.2) ? random.pick(kinds) : undefined),
    });
    faulty = true;
    let nowMs = startMs;
    const ledger = createLedger(() => nowMs);
    const demands = Array.from({ length: 40 }, (_, index) => demandOf(scopes, `request-${index}`, { amountNano: 300 }));
    await Promise.all(
      demands.map(async (demand) => {
        const outcome = await ledger.reserve(demand).catch(() => undefined);
        if (outcome?.kind === 'reserved')
          await ledger.settle(settlementOf(demand, { amountNano: 210 })).catch(() => {});
      }),
    );
    faulty = false;
    nowMs = startMs + 3_600_000;
    const report = await sweepLeases({ scopes: store, records, leases, now: () => nowMs, onFailure: () => {} });
    expect(report.failed).toBe(0);
    const found = await Promise.all(demands.map((demand) => records.find(settlementOf(demand))));
    const sum = found.reduce((total, record) => total + (record?.amountNano ?? 0), 0);
    expect(sum).toBeGreaterThan(0);
    for (const { scope } of scopes) {
      expect(await store.read(scope)).toMatchObject({ committed: sum, reserved: 0, open: {} });
    }
  });
});
