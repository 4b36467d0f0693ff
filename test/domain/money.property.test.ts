import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatUsd, MAX_NANO_USD, parseUsd } from '../../lambdas/domain/money.ts';

const amounts = fc.oneof(fc.integer({ min: 0, max: MAX_NANO_USD }), fc.integer({ min: 0, max: 10_000_000_000 }));

describe('money at the edge', () => {
  test('every amount survives the way out and in, to the nano-dollar', () => {
    fc.assert(
      fc.property(amounts, (nano) => {
        expect(parseUsd(formatUsd(nano))).toBe(nano);
      }),
    );
  });

  test('is read as exact arithmetic reads it', () => {
    const decimals = fc.tuple(fc.integer({ min: 0, max: 8_999_999 }), fc.stringMatching(/^[0-9]{1,9}$/));
    fc.assert(
      fc.property(decimals, ([dollars, fraction]) => {
        const exact = BigInt(dollars) * 10n ** 9n + BigInt(fraction) * 10n ** BigInt(9 - fraction.length);
        expect(BigInt(parseUsd(`${dollars}.${fraction}`) ?? -1)).toBe(exact);
      }),
    );
  });

  test('is written with the cents and no zeros behind them', () => {
    fc.assert(
      fc.property(amounts, (nano) => {
        expect(formatUsd(nano)).toMatch(/^\d+\.(\d\d|\d{2,8}[1-9])$/);
      }),
    );
  });

  test.each([
    ['0', 0, '0.00'],
    ['12.5', 12_500_000_000, '12.50'],
    ['12.50', 12_500_000_000, '12.50'],
    ['0.000000001', 1, '0.000000001'],
    ['0.10', 100_000_000, '0.10'],
    ['100', 100_000_000_000, '100.00'],
    ['9000000', MAX_NANO_USD, '9000000.00'],
  ])('%s is %i nano-dollars, and written %s', (text, nano, written) => {
    expect(parseUsd(text)).toBe(nano);
    expect(formatUsd(nano)).toBe(written);
  });

  test.each(
    [
      [
        '',
        '-1',
        '+1',
        '1e3',
        '0x10',
        'NaN',
        'Infinity',
        '1,5',
        '1.',
        '.5',
        '01',
        ' 1',
        '1 ',
        '1\n',
        '$1',
        '१',
        '1_000',
      ],
      ['0.0000000001', '1.0000000000', '9000000.000000001', '9000001', '10000000'],
    ].flat(),
  )('%j is no amount', (text) => {
    expect(parseUsd(text)).toBeUndefined();
  });

  test('nothing but a safe integer from zero up is ever written', () => {
    for (const nano of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => formatUsd(nano)).toThrow(RangeError);
    }
  });
});
