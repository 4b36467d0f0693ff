import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimalAbove } from '../../lib/constructs/decimal-above.ts';

test('a numeral matches exactly where it is above the limit, leading zeros or not', () => {
  const near = (limit: number) =>
    fc.oneof(
      fc.nat(),
      fc.integer({ min: -12, max: 12 }).map((step) => Math.max(0, limit + step)),
    );
  const cases = fc
    .integer({ min: 1, max: 99_999_999 })
    .chain((limit) => fc.tuple(fc.constant(limit), near(limit), fc.nat({ max: 3 })));
  fc.assert(
    fc.property(cases, ([limit, value, zeros]) => {
      expect(new RegExp(decimalAbove(limit)).test('0'.repeat(zeros) + value)).toBe(value > limit);
    }),
    { numRuns: 2_000 },
  );
});

test('what is no numeral does not match', () => {
  const pattern = new RegExp(decimalAbove(1));
  for (const text of ['', '-5', '+5', '5.0', '5e3', '0x5', ' 5', '5 ', 'five'])
    expect(pattern.test(text), text).toBe(false);
});
