import { describe, expect, test } from 'vitest';
import { runSeed } from './run-seed.ts';

const seeds = process.env['PORTCULLIS_PROVE'] === undefined ? 2_000 : 20_000;

describe('the ledger in simulated weather', () => {
  test(`adds up in ${seeds} runs: no cap exceeded, nothing charged twice or never, nothing left open`, async () => {
    const total = { operations: 0, faults: 0, admitted: 0 };
    for (let seed = 1; seed <= seeds; seed += 1) {
      const { violation, operations, faults, admitted } = await runSeed(seed);
      expect(violation, `npm run simulate -- --seeds 1 --seed ${seed}`).toBeUndefined();
      total.operations += operations;
      total.faults += faults;
      total.admitted += admitted;
    }
    // Runs in which nothing happened would prove nothing.
    expect(total.operations).toBeGreaterThan(100 * seeds);
    expect(total.faults).toBeGreaterThan(10 * seeds);
    expect(total.admitted).toBeGreaterThan(5 * seeds);
  }, 1_800_000);

  test('a seed is replayed to the last step', async () => {
    for (const seed of [3, 14, 159]) expect(await runSeed(seed)).toEqual(await runSeed(seed));
  }, 60_000);

  test.each([
    ['dropped-settle', 'it costs what it used'],
    ['stale-cap', 'the cap is never exceeded'],
    ['settled-twice', 'what is reserved is the sum of what is open'],
    ['late-copy', 'no request is settled twice in a scope'],
  ] as const)(
    'a planted bug is found: %s',
    async (bug, rule) => {
      const found: number[] = [];
      for (let seed = 1; seed <= 100; seed += 1) {
        const { violation } = await runSeed(seed, bug);
        if (violation?.includes(rule)) found.push(seed);
      }
      expect(found.length).toBeGreaterThan(0);
      const [first = 0] = found;
      expect((await runSeed(first, bug)).violation).toContain(rule);
      expect((await runSeed(first)).violation).toBeUndefined();
    },
    120_000,
  );
});
