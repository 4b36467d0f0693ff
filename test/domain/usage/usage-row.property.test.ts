import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { notForwarded, recordOf } from '../../../lambdas/domain/limits/request-record.ts';
import { unloggedId } from '../../../lambdas/domain/limits/unlogged-id.ts';
import { createGroups, createUsageFilter, dimensions } from '../../../lambdas/domain/usage/group-usage.ts';
import {
  createTally,
  noUsage,
  packRows,
  rowOf,
  type UsageRow,
  unpackRows,
} from '../../../lambdas/domain/usage/usage-row.ts';
import { demandOf, policyOf, settlementOf } from '../../support/ledger-suite.ts';

const count = fc.integer({ min: 0, max: 1_000_000_000 });
const someRow: fc.Arbitrary<UsageRow> = fc.record({
  keyId: fc.constantFrom('KeyOne000001', 'KeyTwo000002'),
  provider: fc.constantFrom('openai', 'mistral', 'unlogged'),
  model: fc.constantFrom('gpt-5-mini', 'org/model 1', 'other'),
  requests: fc.integer({ min: 1, max: 9 }),
  amountNano: count,
  inputTokens: count,
  cachedInputTokens: count,
  cacheWriteTokens: count,
  audioInputTokens: count,
  outputTokens: count,
  audioOutputTokens: count,
});

const total = (rows: readonly UsageRow[], name: 'amountNano' | 'inputTokens' | 'requests') =>
  rows.reduce((sum, row) => sum + row[name], 0);

describe('usage rows', () => {
  it('come back from their text as they were', () => {
    const property = fc.property(fc.array(someRow), (rows) => {
      expect(unpackRows(packRows(rows))).toEqual(rows);
    });
    fc.assert(property);
  });

  it('of an older version lack the later counts, which are zero', () => {
    const row = { ...noUsage, keyId: 'k', provider: 'p', model: 'm', requests: 2, amountNano: 7, inputTokens: 5 };
    expect(unpackRows('[["k","p","m",2,7,5]]')).toEqual([row]);
  });

  it.each(['', '{}', '[["k","p"]]', '[["k","p","m","1"]]', '[["k","p","m",-1]]', '[["k","p","m",1.5]]'])(
    'are not read from %j',
    (text) => {
      expect(() => unpackRows(text)).toThrow();
    },
  );

  it('add up to the same whatever the order, in one row for each key and model', () => {
    const property = fc.property(fc.array(someRow), (rows) => {
      const sums = [rows, rows.toReversed()].map((some) => {
        const tally = createTally();
        for (const row of some) tally.add(row);
        expect(tally.size).toBe(
          new Set(rows.map(({ keyId, provider, model }) => `${keyId}|${provider}|${model}`)).size,
        );
        const taken = tally.take();
        expect(tally.size).toBe(0);
        return taken;
      });
      for (const sum of sums) {
        for (const name of ['amountNano', 'inputTokens', 'requests'] as const) {
          expect(total(sum, name)).toBe(total(rows, name));
        }
      }
      expect(new Set(sums[0]?.map((row) => JSON.stringify(row)))).toEqual(
        new Set(sums[1]?.map((row) => JSON.stringify(row))),
      );
    });
    fc.assert(property);
  });

  it('grouped by anything come to the same in all', () => {
    const property = fc.property(fc.array(someRow), fc.subarray([...dimensions]), (rows, groupBy) => {
      const groups = createGroups(groupBy);
      for (const row of rows) groups.add(row);
      const list = groups.list();
      expect(list.reduce((sum, { counts }) => sum + counts.amountNano, 0)).toBe(total(rows, 'amountNano'));
      for (const { by } of list) {
        for (const dimension of dimensions) expect(by[dimension] === null).toBe(!groupBy.includes(dimension));
      }
      expect(new Set(list.map(({ by }) => JSON.stringify(by))).size).toBe(list.length);
    });
    fc.assert(property);
  });
});

describe('a filter', () => {
  const row = { keyId: 'k', provider: 'openai', model: 'gpt-5-mini' };

  it.each([
    ['nothing lets all pass', {}, true],
    ['its key does', { keyIds: ['other', 'k'] }, true],
    ['another key does not', { keyIds: ['other'] }, false],
    ['its model does, with its provider', { models: ['openai/gpt-5-mini'] }, true],
    ['its model does, without', { models: ['gpt-5-mini'] }, true],
    ['the same model of another provider does not', { models: ['azure/gpt-5-mini'] }, false],
    ['both are held to', { keyIds: ['k'], models: ['gpt-5'] }, false],
  ])('of %s', (_case, filter, expected) => {
    expect(createUsageFilter(filter)(row)).toBe(expected);
  });
});

describe('rowOf', () => {
  const demand = demandOf([policyOf('key:KeyOne000001'), policyOf('account:a')], 'r');

  it('counts a request that reached its provider, however it ended', () => {
    for (const status of ['completed', 'failed', 'expired'] as const) {
      expect(rowOf(recordOf(settlementOf(demand, { status })))).toMatchObject({ requests: 1, amountNano: 40 });
    }
  });

  it('counts none that was never forwarded', () => {
    const record = recordOf(notForwarded(settlementOf(demand)));
    expect(rowOf(record)).toMatchObject({ requests: 0, amountNano: 0 });
    const tally = createTally();
    tally.add(rowOf(record));
    expect(tally.size).toBe(0);
  });

  it('tells no model under zero logging', () => {
    const record = recordOf(settlementOf({ ...demand, requestId: unloggedId('r') }));
    expect(rowOf(record)).toEqual({
      ...noUsage,
      keyId: 'KeyOne000001',
      provider: 'unlogged',
      model: 'unlogged',
      requests: 1,
      amountNano: 40,
    });
  });
});
