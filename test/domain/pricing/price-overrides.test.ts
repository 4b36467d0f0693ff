import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInput } from '../../../lambdas/domain/parse-input.ts';
import { findModel } from '../../../lambdas/domain/pricing/find-model.ts';
import { unknownModel } from '../../../lambdas/domain/pricing/price.ts';
import { overrideModel, toPriceList } from '../../../lambdas/domain/pricing/price-list.ts';
import { type PriceOverrides, priceOverrides } from '../../../lambdas/domain/pricing/price-overrides.ts';

const mini = { provider: 'openai', model: 'gpt-5-mini' };
const known = findModel('openai', 'gpt-5-mini', Date.parse('2026-11-22'));
const inputOf = (overrides: PriceOverrides, provider: string, model: string) =>
  overrideModel(known, toPriceList(overrides), { provider, model }).price?.rates.input;

describe('an operator’s price', () => {
  it('is read to the last of its six places', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), (pico) => {
        const digits = String(pico).padStart(7, '0');
        const input = `${digits.slice(0, -6)}.${digits.slice(-6)}`;
        expect(inputOf({ 'openai/x': { input, output: '0' } }, 'openai', 'x')).toBe(pico);
      }),
    );
    expect(inputOf({ 'openai/x': { input: '1.5', output: '0' } }, 'openai', 'x')).toBe(1_500_000);
    expect(inputOf({ 'openai/x': { input: '12', output: '0' } }, 'openai', 'x')).toBe(12_000_000);
  });

  it('replaces the catalogue’s as a whole, and leaves a size that it does not name', () => {
    const override = {
      input: '1',
      output: '2',
      long_context: [{ above: 1_000, input: '3', output: '4' }],
      per_request: '0.005',
    };
    expect(overrideModel(known, toPriceList({ 'openai/gpt-5-mini': override }), mini)).toEqual({
      price: {
        rates: {
          input: 1_000_000,
          cachedInput: 1_000_000,
          cacheWrite: 1_000_000,
          cacheWriteHour: 1_000_000,
          output: 2_000_000,
          reasoning: 2_000_000,
          audioInput: undefined,
          audioOutput: undefined,
        },
        longContext: [{ above: 1_000, rates: expect.objectContaining({ input: 3_000_000, output: 4_000_000 }) }],
        requestNano: 5_000_000,
      },
      contextWindow: known.contextWindow,
      maxOutputTokens: known.maxOutputTokens,
    });
  });

  it('of an exact name comes before a prefix, and of the longest prefix before a shorter', () => {
    const overrides = {
      'openai/*': { input: '1', output: '0' },
      'openai/gpt-5*': { input: '2', output: '0' },
      'openai/gpt-5-mini': { input: '3', output: '0' },
    };
    expect(inputOf(overrides, 'openai', 'gpt-5-mini')).toBe(3_000_000);
    expect(inputOf(overrides, 'openai', 'gpt-5-nano')).toBe(2_000_000);
    expect(inputOf(overrides, 'openai', 'o3')).toBe(1_000_000);
    expect(overrideModel(unknownModel, toPriceList(overrides), { provider: 'groq', model: 'x' })).toBe(unknownModel);
    expect(overrideModel(unknownModel, toPriceList(overrides), { provider: 'constructor', model: '' })).toBe(
      unknownModel,
    );
  });

  it('is not evaded by another case, which some providers do not mind', () => {
    const overrides = { 'openai/GPT-5-Mini': { input: '3', output: '0' }, 'openai/O*': { input: '1', output: '0' } };
    expect(inputOf(overrides, 'openai', 'gpt-5-MINI')).toBe(3_000_000);
    expect(inputOf(overrides, 'openai', 'o3')).toBe(1_000_000);
  });

  it.each([
    { 'openai/x': { input: '-1', output: '0' } },
    { 'openai/x': { input: '0.0000001', output: '0' } },
    { 'openai/x': { input: 1, output: '0' } },
    { 'openai/x': { input: '1' } },
    { 'openai/x': { input: '1e3', output: '0' } },
    { 'openai/x': { input: '1', output: '0', discount: '1' } },
    {
      'openai/x': {
        input: '1',
        output: '0',
        long_context: [
          { above: 2, input: '1', output: '1' },
          { above: 1, input: '1', output: '1' },
        ],
      },
    },
    { gpt: { input: '1', output: '0' } },
    { 'openai/*x': { input: '1', output: '0' } },
    { 'openai/': { input: '1', output: '0' } },
    { 'openai/a b': { input: '1', output: '0' } },
    { 'openai/x': { input: 'NaN', output: '0' } },
    { 'openai/x': { input: '1000000', output: '0' } },
    { 'openai/x': { input: ' 1', output: '0' } },
    { 'openai/x': { input: '1', output: '0', context_window: 1.5 } },
    { 'openai/x': { input: '1', output: '0', max_output_tokens: 0 } },
  ])('that makes no sense is refused: %j', (overrides) => {
    expect(parseInput(priceOverrides, overrides).ok).toBe(false);
  });
});
