import { expect, it } from 'vitest';
import { unpackCatalogue } from '../../lambdas/domain/models/unpack-catalogue.ts';
import { generateCatalogue } from '../../scripts/generate-prices.ts';

it('the committed catalogue is what the generator writes from the pinned source', () => {
  const committed = unpackCatalogue().map(([provider, lines]) => `${provider}\n${lines}`);
  expect(committed.join('\n\n')).toBe(generateCatalogue());
});
