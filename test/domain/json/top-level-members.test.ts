import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findTopLevelMembers, spliceBytes } from '../../../lambdas/domain/json/top-level-members.ts';
import { toBytes, toText } from '../../support/text.ts';

const name = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('model', 'a"b', 'back\\slash', '\\', '__proto__', 'ключ'),
);
const member = fc.tuple(name, fc.jsonValue());
const object = fc.uniqueArray(member, { selector: ([key]) => key, maxLength: 8 });
const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r'), maxLength: 3 });

/** Writes the members as a client might: with any white space between the tokens. */
function write(members: readonly (readonly [string, unknown])[], pad: string): string {
  const text = members.map(([key, value]) => `${pad}${JSON.stringify(key)}${pad}:${pad}${JSON.stringify(value)}${pad}`);
  return `${pad}{${text.join(',')}${members.length === 0 ? pad : ''}}${pad}`;
}

describe('the members of a JSON object', () => {
  it('are found where they lie, whatever they hold and however they are spaced', () => {
    fc.assert(
      fc.property(object, space, (members, pad) => {
        const bytes = toBytes(write(members, pad));
        const { spans, repeated, close } = findTopLevelMembers(bytes);
        expect([...spans.keys()]).toEqual(members.map(([key]) => key));
        for (const [key, value] of members) {
          const span = spans.get(key);
          expect(span).toBeDefined();
          if (span !== undefined) expect(toText(bytes.subarray(span.start, span.end))).toBe(JSON.stringify(value));
        }
        expect(repeated).toBeUndefined();
        expect(toText(bytes.subarray(close, close + 1))).toBe('}');
      }),
    );
  });

  it('are told when one stands twice, also where its name is spelt with an escape', () => {
    fc.assert(
      fc.property(
        object.filter((members) => members.length > 0),
        fc.jsonValue(),
        (members, value) => {
          const [first] = members;
          if (first === undefined) return;
          const bytes = toBytes(write([...members, [first[0], value]], ''));
          expect(findTopLevelMembers(bytes).repeated).toBe(first[0]);
        },
      ),
    );
    expect(findTopLevelMembers(toBytes('{"model":"a","mod\\u0065l":"b"}')).repeated).toBe('model');
  });

  it('can be replaced one at a time, and every other byte stays', () => {
    fc.assert(
      fc.property(
        object.filter((members) => members.length > 0),
        space,
        fc.jsonValue(),
        (members, pad, value) => {
          const [target] = members;
          if (target === undefined) return;
          const bytes = toBytes(write(members, pad));
          const span = findTopLevelMembers(bytes).spans.get(target[0]);
          if (span === undefined) throw new Error('the member was not found');
          const spliced = spliceBytes(bytes, [{ ...span, text: JSON.stringify(value) }]);
          const changed = members.map(([key, old]) => [key, key === target[0] ? value : old] as const);
          expect(toText(spliced)).toBe(write(changed, pad));
        },
      ),
    );
  });

  it('may be added before the closing brace', () => {
    const bytes = toBytes('{"a":1 }');
    const { close } = findTopLevelMembers(bytes);
    expect(toText(spliceBytes(bytes, [{ start: close, end: close, text: ',"b":2' }]))).toBe('{"a":1 ,"b":2}');
  });

  it('are found at the end of a string that ends in escaped backslashes', () => {
    const bytes = toBytes('{"a":"x\\\\","model":"m"}');
    expect([...findTopLevelMembers(bytes).spans.keys()]).toEqual(['a', 'model']);
  });
});
