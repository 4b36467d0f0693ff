import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyPrelude, type PreludeState, readPrelude } from '../../../local/http/streaming-prelude.ts';

const nul = Buffer.alloc(8);

/** Feeds the bytes in chunks that end at the given places; what follows the prelude is the body. */
function parse(bytes: Buffer, cuts: readonly number[]): { state: PreludeState; body: Buffer } {
  const edges = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].toSorted(
    (a, b) => a - b,
  );
  let state = emptyPrelude;
  const body: Buffer[] = [];
  for (const [index, edge] of edges.slice(1).entries()) {
    const chunk = bytes.subarray(edges[index], edge);
    if (state.kind === 'complete') body.push(chunk);
    if (state.kind !== 'incomplete') continue;
    state = readPrelude(state.held, chunk);
    if (state.kind === 'complete') body.push(state.rest);
  }
  return { state, body: Buffer.concat(body) };
}

const preludes = fc.record({
  statusCode: fc.integer({ min: 100, max: 599 }),
  headers: fc.dictionary(fc.stringMatching(/^[a-z-]{1,12}$/), fc.string({ unit: 'binary' })),
});
const cutsOf = fc.array(fc.nat(20_000), { maxLength: 12 });

describe('the prelude of a streamed answer', () => {
  test('is read alike wherever the chunks are cut, and the body behind it is untouched', () => {
    fc.assert(
      fc.property(preludes, fc.uint8Array({ maxLength: 200 }), cutsOf, (prelude, bodyBytes, cuts) => {
        const expected = Buffer.from(bodyBytes);
        const { state, body } = parse(Buffer.concat([Buffer.from(JSON.stringify(prelude)), nul, expected]), cuts);
        expect(state).toMatchObject({ kind: 'complete', prelude });
        expect(body.equals(expected)).toBe(true);
      }),
    );
  });

  test('a body that itself holds NUL bytes stays whole', () => {
    fc.assert(
      fc.property(cutsOf, (cuts) => {
        const bytes = Buffer.concat([Buffer.from('{"statusCode":204}'), nul, nul, Buffer.from('x'), nul]);
        expect(parse(bytes, cuts).body).toEqual(Buffer.concat([nul, Buffer.from('x'), nul]));
      }),
    );
  });

  test('without its delimiter within 16 KB it is invalid, at any cut', () => {
    fc.assert(
      fc.property(cutsOf, (cuts) => {
        expect(parse(Buffer.alloc(17_000, 'a'), cuts).state.kind).toBe('invalid');
      }),
    );
  });

  test('a delimiter that ends just within 16 KB is found, one byte later it is not', () => {
    const ofLength = (length: number) => {
      const empty = JSON.stringify({ headers: { x: '' } });
      return Buffer.concat([Buffer.from(empty.replace('""', `"${'a'.repeat(length - 8 - empty.length)}"`)), nul]);
    };
    expect(parse(ofLength(16_384), []).state.kind).toBe('complete');
    expect(parse(ofLength(16_385), []).state.kind).toBe('invalid');
  });

  test.each(['', 'no json', '[]', '"x"', '{"statusCode":99}', '{"statusCode":"abc"}', '{"headers":{"a":{}}}'])(
    'JSON that is no prelude is invalid: %s',
    (text) => {
      expect(parse(Buffer.concat([Buffer.from(text), nul]), []).state.kind).toBe('invalid');
    },
  );

  test('a prelude that is still on its way is neither complete nor invalid', () => {
    expect(parse(Buffer.from('{"statusCode":200}\0\0\0\0\0\0\0'), [3, 20]).state.kind).toBe('incomplete');
  });
});
