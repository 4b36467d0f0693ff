import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostImageTokens } from '../../../lambdas/domain/pricing/image-tokens.ts';

// The published formulas for an image of a known size, written apart from the maxima that the gateway uses.

function tileTokens(width: number, height: number, base: number, tile: number): number {
  const fit = Math.min(1, 2048 / Math.max(width, height));
  const shorter = Math.min(1, 768 / (Math.min(width, height) * fit));
  const tiles = (side: number) => Math.ceil((side * fit * shorter) / 512);
  return base + tile * tiles(width) * tiles(height);
}

function patchTokens(width: number, height: number, most: number, perPatch: number): number {
  const patches = Math.ceil(width / 32) * Math.ceil(height / 32);
  return Math.ceil(Math.min(patches, most) * perPatch);
}

const side = fc.integer({ min: 1, max: 20_000 });

describe('the most that an image counts', () => {
  it.each([
    ['gpt-4o', 85, 170],
    ['gpt-4o-2024-11-20', 85, 170],
    ['gpt-4.1', 85, 170],
    ['gpt-4o-mini', 2_833, 5_667],
    ['gpt-5', 70, 140],
    ['gpt-5-chat-latest', 70, 140],
    ['o3', 75, 150],
  ])('of %s is never below the published tiles, whatever its size', (model, base, tile) => {
    fc.assert(
      fc.property(side, side, (width, height) => {
        const most = mostImageTokens('openai', model, 'high');
        expect(tileTokens(width, height, base, tile)).toBeLessThanOrEqual(most ?? 0);
        expect(mostImageTokens('openai', model, 'low')).toBeGreaterThanOrEqual(base);
      }),
    );
  });

  it.each([
    ['gpt-5-mini', 1_536, 1.62],
    ['gpt-5-nano-2025-08-07', 1_536, 2.46],
    ['gpt-4.1-nano', 1_536, 2.46],
    ['o4-mini', 1_536, 1.72],
    ['gpt-5.4', 10_000, 1.2],
  ])('of %s is never below the published patches, whatever its size', (model, patches, perPatch) => {
    fc.assert(
      fc.property(side, side, (width, height) => {
        const most = mostImageTokens('openai', model, undefined);
        expect(patchTokens(width, height, patches, perPatch)).toBeLessThanOrEqual(most ?? 0);
      }),
    );
  });

  it.each([
    ['openai', 'gpt-5.6-sol'],
    ['openai', 'gpt-6-astra'],
    ['groq', 'meta-llama/llama-4-scout-17b-16e-instruct'],
    ['nobody', 'gpt-4o'],
  ])('is not known where no formula is published: %s/%s', (provider, model) => {
    expect(mostImageTokens(provider, model, 'low')).toBeUndefined();
  });
});
