import { describe, expect, it } from 'vitest';
import { findEntry, listModels, listProviders } from '../../../lambdas/domain/models/catalogue.ts';
import { findModel } from '../../../lambdas/domain/pricing/find-model.ts';

const inputAt = (provider: string, model: string, time: string) =>
  findModel(provider, model, Date.parse(time)).price?.rates.input;

describe('the catalogue', () => {
  it('finds a model by its name in any case, and by the rules for names that it does not list', () => {
    expect(findEntry('openai', 'GPT-5-Mini')).toBe(findEntry('openai', 'gpt-5-mini'));
    expect(findEntry('openai', 'gpt-5.6-sol-2027-01-31')).toBe(findEntry('openai', 'gpt-5.6-sol'));
    expect(findEntry('openai', 'gpt-4o-audio-preview-2099-01-01')).toBe(findEntry('openai', 'gpt-4o-audio-preview'));
    expect(findEntry('openai', 'gpt-5-mini-of-mine')).toBeUndefined();
    expect(findEntry('constructor', 'gpt-5-mini')).toBeUndefined();
  });

  it('lists names alone, never a rule', () => {
    for (const provider of listProviders()) {
      const names = [...listModels(provider)];
      expect(names.length).toBeGreaterThan(0);
      expect(names.filter((name) => /[*~\s|]/.test(name))).toEqual([]);
    }
  });

  it('knows prices that change with the date and with the hour', () => {
    expect(inputAt('openai', 'o3', '2025-06-09T23:59:59Z')).toBe(10_000_000);
    expect(inputAt('openai', 'o3', '2025-06-10T00:00:00Z')).toBe(2_000_000);
    expect(inputAt('deepseek', 'deepseek-chat', '2026-11-22T00:29:59Z')).toBe(135_000);
    expect(inputAt('deepseek', 'deepseek-chat', '2026-11-22T00:30:00Z')).toBe(270_000);
    expect(inputAt('deepseek', 'deepseek-chat', '2026-11-22T16:30:00Z')).toBe(135_000);
  });

  it('gives no price to what could not be bounded by it', () => {
    expect(findModel('perplexity', 'sonar-deep-research', 0).price).toBeUndefined();
    expect(findModel('openai', 'gpt-image-1', 0).price).toBeUndefined();
    expect(findModel('openai', 'whisper-1', 0).price).toBeUndefined();
    expect(findModel('openai', 'gpt-of-tomorrow', 0)).toEqual({
      price: undefined,
      contextWindow: undefined,
      maxOutputTokens: undefined,
    });
  });

  it('has the built-in echo cost nothing', () => {
    expect(findModel('demo', 'echo', 0).price).toMatchObject({ rates: { input: 0, output: 0 }, requestNano: 0 });
  });
});
