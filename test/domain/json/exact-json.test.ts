import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExactly, tryParseExactly } from '../../../lambdas/domain/json/exact-json.ts';
import { emptyScan, isClosed, scanJson } from '../../../lambdas/domain/json/json-scan.ts';

describe('JSON on its way through', () => {
  it('keeps every digit of every integer', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n })), (ids) => {
        const text = `{"a":[${ids.join(',')}],"b":{"c":${ids[0] ?? 0}}}`;
        expect(JSON.stringify(parseExactly(text))).toBe(text);
      }),
    );
  });

  it('is otherwise what JSON.parse makes of it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(JSON.stringify(parseExactly(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('leaves numbers alone that a double holds, however they are written', () => {
    expect(parseExactly('{"a":1.0,"b":1e3,"c":0.1234567890123456789,"d":9007199254740991}')).toEqual({
      a: 1,
      b: 1000,
      c: 0.123_456_789_012_345_68,
      d: Number.MAX_SAFE_INTEGER,
    });
  });

  it.each(['', '{', 'undefined', '{"a":01}', '<html>'])('is undefined where it is none: %j', (text) => {
    expect(tryParseExactly(text)).toBeUndefined();
  });
});

describe('the scan of an object', () => {
  it('is closed at its last character and not before, in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.nat()), (value, places) => {
        const text = JSON.stringify(value);
        const cuts = [...new Set(places.map((place) => place % (text.length + 1)))].sort((one, other) => one - other);
        let scan = emptyScan;
        for (const [index, end] of [...cuts, text.length].entries()) {
          expect(isClosed(scan)).toBe(cuts[index - 1] === text.length);
          scan = scanJson(scan, text.slice(cuts[index - 1] ?? 0, end));
        }
        expect(isClosed(scan)).toBe(true);
      }),
    );
  });
});
