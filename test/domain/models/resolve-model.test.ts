import { describe, expect, it } from 'vitest';
import { listModels } from '../../../lambdas/domain/models/catalogue.ts';
import { resolveModel } from '../../../lambdas/domain/models/resolve-model.ts';

const allowing =
  (...names: string[]) =>
  (provider: string) =>
    names.includes(provider);

describe('a model name', () => {
  it('with a provider goes to that provider, catalogued or not', () => {
    expect(resolveModel('openai/gpt-of-tomorrow', allowing('openai'))).toEqual([
      { provider: 'openai', model: 'gpt-of-tomorrow' },
    ]);
  });

  it('keeps every slash after the first', () => {
    const [target] = resolveModel('openrouter/anthropic/claude-haiku-4.5', allowing('openrouter', 'anthropic'));
    expect(target).toEqual({ provider: 'openrouter', model: 'anthropic/claude-haiku-4.5' });
  });

  it('that is bare goes to each allowed provider that lists it, and to no other', () => {
    expect(resolveModel('gpt-5-mini', allowing('openai', 'groq'))).toEqual([
      { provider: 'openai', model: 'gpt-5-mini' },
    ]);
    expect(resolveModel('gpt-5-mini', allowing('groq'))).toEqual([]);
    expect(resolveModel('llama-3.3-70b', allowing('groq', 'cerebras'))).toEqual([
      { provider: 'cerebras', model: 'llama-3.3-70b' },
    ]);
  });

  it('may hold a slash and still be bare', () => {
    const name = 'meta-llama/llama-4-scout-17b-16e-instruct';
    expect(resolveModel(name, allowing('groq'))).toEqual([{ provider: 'groq', model: name }]);
  });

  it.each(['', '/', 'openai/', 'no-such-model', 'nobody/gpt-5', '__proto__/x', 'constructor'])(
    '%j stands for nothing',
    (name) => {
      expect(resolveModel(name, allowing('openai', 'groq'))).toEqual([]);
    },
  );

  it('of the built-in echo is listed like any other', () => {
    expect([...listModels('demo')]).toEqual(['echo']);
  });
});
