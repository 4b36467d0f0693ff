import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonObject } from '../../../lambdas/domain/json/parse-json-object.ts';
import { toBytes } from '../../support/text.ts';

describe('a body', () => {
  it('that is any JSON object is taken as it is, names that objects have from birth included', () => {
    const name = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'constructor', 'a:b', '"', ''));
    const value = fc.oneof(fc.jsonValue(), fc.dictionary(name, fc.dictionary(name, fc.jsonValue(), { maxKeys: 4 })));
    fc.assert(
      fc.property(fc.dictionary(name, value), fc.constantFrom(undefined, 1, '\t'), (object, indent) => {
        const text = JSON.stringify(object, undefined, indent);
        const parsed = parseJsonObject(toBytes(text));
        expect(parsed.ok && parsed.value.value).toEqual(JSON.parse(text));
      }),
    );
  });

  it('that gives a field twice is refused, at any depth and in any object', () => {
    const wrap = fc.constantFrom(
      (inner: string) => `[1,${inner},"x"]`,
      (inner: string) => `{ "k" : ${inner} }`,
      (inner: string) => `{"a":{"k":"\\""},"k":${inner}}`,
    );
    const twice = fc.constantFrom('{"k":1,"k":2}', '{"k":{"b":1},"\\u006b" :"k"}', '{"k":"a","x":[{"k":1}],"k":null}');
    fc.assert(
      fc.property(twice, fc.array(wrap), (inner, wraps) => {
        const value = wraps.reduce<string>((text, wrapIn) => wrapIn(text), inner);
        const parsed = parseJsonObject(toBytes(`{"a":{"k":1},"b":${value},"c":{"k":2}}`));
        expect(parsed).toMatchObject({ ok: false, refusal: { code: 'invalid_request', param: 'b' } });
      }),
    );
  });

  it('that says the same in a value, or in another object, is not', () => {
    const text = '{"a":{"k":"k","x":["k","k",{"k":"k"}]},"b":[{"k":1},{"k":1}],"c":"{\\"k\\":1,\\"k\\":2}"}';
    expect(parseJsonObject(toBytes(text)).ok).toBe(true);
  });

  it('is read however deep it goes', () => {
    const nested = '{"a":['.repeat(100_000) + ']}'.repeat(100_000);
    expect(parseJsonObject(toBytes(`{"x":${nested}}`)).ok).toBe(true);
  });
});
