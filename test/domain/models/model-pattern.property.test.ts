import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allowsModel, MODEL_PATTERN, matchesModelPattern } from '../../../lambdas/domain/models/model-pattern.ts';

const few = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength: 12 });

describe('matchesModelPattern', () => {
  test('agrees with a regular expression on every pattern and name', () => {
    fc.assert(
      fc.property(few('ab*.'), few('ab.'), (pattern, name) => {
        const escaped = pattern.replaceAll('.', '\\.').replaceAll('*', '.*');
        expect(matchesModelPattern(`p/${pattern}`, `p/${name}`)).toBe(new RegExp(`^${escaped}$`).test(name));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['*', 'openai/gpt-5', true],
    ['openai/*', 'openai/gpt-5', true],
    ['openai/*', 'openrouter/openai/gpt-5', false],
    ['gpt-5*', 'openai/gpt-5-mini', true],
    ['gpt-5', 'openai/gpt-5-mini', false],
    ['gpt-5', 'azure/gpt-5', true],
    ['GPT-5', 'openai/gpt-5', true],
    ['gpt-5', 'openai/GPT-5', true],
    ['together/meta-llama/*', 'together/meta-llama/Llama-3', true],
    ['a*a', 'p/a', false],
    ['gpt.5', 'openai/gpt-5', false],
  ])('%s and %s: %s', (pattern, model, expected) => {
    expect(matchesModelPattern(pattern, model)).toBe(expected);
  });

  test('no pattern is slow, whatever name it is held against', () => {
    const startedAtMs = performance.now();
    expect(matchesModelPattern(`${'a*'.repeat(63)}b`, `p/${'a'.repeat(100_000)}`)).toBe(false);
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  });

  test('without a list every model is allowed, with an empty one none', () => {
    expect(allowsModel(undefined, 'openai/gpt-5')).toBe(true);
    expect(allowsModel([], 'openai/gpt-5')).toBe(false);
    expect(allowsModel(['mistral/*', 'gpt-5'], 'openai/gpt-5')).toBe(true);
    expect(allowsModel(['mistral/*', 'gpt-5'], 'openai/gpt-5-mini')).toBe(false);
  });

  test('a pattern holds no colour of text that a scope or a log could not', () => {
    for (const text of ['', 'a b', 'a#b', 'a\n', 'ä', 'x'.repeat(129), '{}'])
      expect(MODEL_PATTERN.test(text)).toBe(false);
    expect(MODEL_PATTERN.test('openrouter/meta-llama/Llama-3.3-70b:free*')).toBe(true);
  });
});
