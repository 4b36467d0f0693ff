import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeItem, encodeItem, type Storable } from '../../lambdas/aws/attribute-values.ts';

const storable = fc.letrec<{ value: Storable }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'grapheme' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true }),
  ),
})).value;
const record = fc
  .dictionary(fc.string({ minLength: 1 }), storable, { noNullPrototype: true })
  .filter((members) => !JSON.stringify(members).includes('__proto__'));

describe('attribute values', () => {
  test('what is stored comes back as it was', () => {
    fc.assert(
      fc.property(record, (members) => {
        expect(decodeItem(encodeItem(members))).toEqual(members);
      }),
    );
  });

  test('has the form that DynamoDB speaks', () => {
    expect(encodeItem({ text: 'a', count: 1.5, flag: false, none: null, list: ['x', 2], map: { in: true } })).toEqual({
      text: { S: 'a' },
      count: { N: '1.5' },
      flag: { BOOL: false },
      none: { NULL: true },
      list: { L: [{ S: 'x' }, { N: '2' }] },
      map: { M: { in: { BOOL: true } } },
    });
  });

  test('leaves out what is undefined, at any depth', () => {
    expect(encodeItem({ a: undefined, b: { c: undefined } })).toEqual({ b: { M: {} } });
  });

  test('what is no item of ours is refused', () => {
    for (const item of [
      null,
      'x',
      [],
      { a: 'x' },
      { a: {} },
      { a: { S: 'x', N: '1' } },
      { a: { B: 'AA==' } },
      { a: { L: 'x' } },
      { a: { M: [] } },
    ]) {
      expect(() => decodeItem(item)).toThrow();
    }
  });
});
