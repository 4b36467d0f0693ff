import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetOfEffort, effortOf, nearestEffort } from '../../../lambdas/domain/conversation/effort.ts';
import { fromBase64, readUrl, toBase64 } from '../../../lambdas/domain/conversation/media.ts';
import type { Seal } from '../../../lambdas/domain/conversation/parts.ts';
import { packSeal, unpackSeal } from '../../../lambdas/domain/conversation/seals.ts';
import { isStrictSchema } from '../../../lambdas/domain/conversation/strict-schema.ts';
import { mapToolCallIds, nameCall } from '../../../lambdas/domain/conversation/tool-call-ids.ts';
import { readToolInput } from '../../../lambdas/domain/conversation/tool-input.ts';

const seal = fc.record(
  {
    origin: fc.constantFrom('anthropic', 'gemini', 'openai', 'xai'),
    kind: fc.constantFrom('signature', 'encrypted'),
    value: fc.string({ minLength: 1 }),
    id: fc.string({ minLength: 1, unit: 'grapheme' }),
  },
  { requiredKeys: ['origin', 'kind', 'value'] },
);

describe('a seal', () => {
  it('comes back whole, and still its maker’s, from a dialect that has one string for it', () => {
    fc.assert(
      fc.property(seal, fc.constantFrom('anthropic' as const, 'openai' as const), (made, native) => {
        fc.pre(!made.value.startsWith('portcullis.'));
        const unpacked = unpackSeal(packSeal(made, native), native, made.kind);
        expect(unpacked).toEqual(made);
      }),
    );
  });

  it('of the dialect’s own maker is as it was made', () => {
    const made: Seal = { origin: 'anthropic', kind: 'signature', value: 'EqQB.x' };
    expect(packSeal(made, 'anthropic')).toBe('EqQB.x');
  });

  it('of an unknown maker is taken as it is', () => {
    expect(unpackSeal('portcullis.nobody.signature..x', 'anthropic').value).toBe('portcullis.nobody.signature..x');
  });
});

describe('an id of a tool call', () => {
  const request = (ids: readonly string[]) => ({
    dialect: 'openai' as const,
    model: 'm',
    isStreamed: false,
    wantsUsage: false,
    tools: [],
    extras: {},
    messages: ids.map((id) => ({
      role: 'assistant' as const,
      parts: [{ type: 'tool_call' as const, id, name: 'f', input: '{}' }],
    })),
  });
  const rule = {
    pattern: /^[a-z]{3}$/,
    replace: (n: number) => `x${String.fromCharCode(97 + (n % 26))}${String.fromCharCode(97 + Math.floor(n / 26))}`,
  };

  it('fits its provider, and no two become one', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(fc.string(), fc.stringMatching(/^x[a-c]a$/)), { maxLength: 40 }), (ids) => {
        const nameOf = mapToolCallIds(request(ids), rule);
        const names = ids.map(nameOf);
        expect(new Set(names).size).toBe(ids.length);
        for (const name of names) expect(name).toMatch(rule.pattern);
        for (const id of ids) if (rule.pattern.test(id)) expect(nameOf(id)).toBe(id);
      }),
    );
  });

  it('is the same for the same history, however it goes on', () => {
    const early = mapToolCallIds(request(['call_1', 'call_2']), rule);
    const late = mapToolCallIds(request(['call_1', 'call_2', 'call_3']), rule);
    expect(['call_1', 'call_2'].map(late)).toEqual(['call_1', 'call_2'].map(early));
  });

  it('is made of the request’s own where the provider gave none', () => {
    expect(nameCall('0192-abc/é', 2)).toBe('call_0192-abc_2');
    expect(nameCall('x'.repeat(200), 0).length).toBeLessThanOrEqual(64);
  });
});

describe('an effort', () => {
  it('is told from a budget, and makes one', () => {
    expect(effortOf({ budget: 1_024 }, 32_000)).toBe('low');
    expect(effortOf({ budget: 16_000 }, 32_000)).toBe('medium');
    expect(effortOf({ budget: 31_999 }, 32_000)).toBe('high');
    expect(effortOf({ isAdaptive: true })).toBe('medium');
    expect(effortOf({})).toBeUndefined();
    expect(budgetOfEffort('medium', 10_000)).toBe(5_000);
  });

  it('becomes the nearest that the model takes', () => {
    expect(nearestEffort('max', ['low', 'medium', 'high'])).toBe('high');
    expect(nearestEffort('minimal', ['low', 'medium', 'high'])).toBe('low');
    expect(nearestEffort('none', ['low'])).toBe('low');
    expect(nearestEffort('low', [])).toBeUndefined();
  });
});

describe('a file', () => {
  it('in a URL is its data, and is text again where it was text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const data = toBase64(text);
        expect(data).toBe(Buffer.from(text).toString('base64'));
        expect(fromBase64(data)).toBe(text);
        expect(readUrl(`data:text/plain;charset=utf-8;base64,${data}`)).toEqual({
          kind: 'base64',
          mediaType: 'text/plain',
          data,
        });
      }),
    );
  });

  it.each(['https://example.com/a.png', 'data:text/plain,hello', 'data:,', 'gs://bucket/x'])(
    'elsewhere stays where it is: %s',
    (url) => {
      expect(readUrl(url)).toEqual({ kind: 'url', url });
    },
  );
});

describe('the arguments of a call', () => {
  it.each([
    ['', {}, true],
    ['  ', {}, true],
    ['{"a":1}', { a: 1 }, true],
    ['{"a":', { arguments: '{"a":' }, false],
    ['[1]', { arguments: '[1]' }, false],
    ['null', { arguments: 'null' }, false],
    ['"x"', { arguments: '"x"' }, false],
  ])('%j', (text, input, isObject) => {
    expect(readToolInput(text)).toEqual({ input, isObject });
  });
});

describe('a schema that OpenAI enforces', () => {
  const closed = (properties: object, required: readonly string[]) => ({
    type: 'object',
    properties,
    required,
    additionalProperties: false,
  });
  it.each([
    [closed({ a: { type: 'string' } }, ['a']), true],
    [closed({ a: closed({}, []) }, ['a']), true],
    [{}, true],
    [closed({ a: { type: 'string' }, b: { type: 'string' } }, ['a']), false],
    [{ type: 'object', properties: {}, required: [] }, false],
    [closed({ a: { type: 'object', properties: { b: {} } } }, ['a']), false],
    [closed({ a: { anyOf: [closed({ b: {} }, [])] } }, ['a']), false],
  ])('%j: %s', (schema, isStrict) => {
    expect(isStrictSchema(schema)).toBe(isStrict);
  });
});
