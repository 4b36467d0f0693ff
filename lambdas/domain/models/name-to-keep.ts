import type { PriceList } from '../pricing/price-list.ts';
import { listModels } from './catalogue.ts';
import type { ModelTarget } from './resolve-model.ts';

/** The model's name where the catalogue or the operator has it; any other is the caller's own text, and is not kept. */
export function nameToKeep({ provider, model }: ModelTarget, prices: PriceList): string | undefined {
  const isOurs = listModels(provider).has(model) || prices.names.has(`${provider}/${model}`);
  return isOurs ? model : undefined;
}
