import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cataloguePath, generateCatalogue } from '../../scripts/generate-prices.ts';

it('the committed catalogue is what the generator writes from the pinned source', () => {
  expect(readFileSync(cataloguePath, 'utf8')).toBe(generateCatalogue());
});
