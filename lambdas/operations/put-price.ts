import * as z from 'zod/mini';
import { type Answer, answerJson } from '../domain/answer.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { ManagementCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import {
  type PriceOverride,
  type PriceOverrides,
  pricedModel,
  priceOverride,
} from '../domain/pricing/price-overrides.ts';
import { type ChangePricesPorts, changePrices, findPattern, type PriceChange } from './change-prices.ts';
import { presentPrice } from './list-prices.ts';

const putPriceInput = z.extend(priceOverride, { model: pricedModel });

/** All of them lie in one record, which DynamoDB holds to 400 KB. */
const MAX_PRICES = 256;

function put(overrides: PriceOverrides, model: string, price: PriceOverride): PriceChange<Answer> {
  const outcome = accept(answerJson(200, presentPrice(model, price)));
  const former = findPattern(overrides, model);
  if (former === model && JSON.stringify(overrides[model]) === JSON.stringify(price)) return { outcome };
  const { [former ?? model]: _replaced, ...others } = overrides;
  if (Object.keys(others).length >= MAX_PRICES) {
    return { outcome: refuse('conflict', `There are ${MAX_PRICES} prices already. Use prefixes, or delete some.`) };
  }
  return {
    outcome,
    overrides: { ...others, [model]: price },
    event: (context) => ({
      ...context,
      type: 'admin.model_price.stored',
      'admin.model_price.stored': { model, data: price },
    }),
  };
}

/** PUT /admin/prices: what a model costs from now on, in place of what the catalogue or an earlier price says. */
export async function putPrice(call: ManagementCall, ports: ChangePricesPorts): Promise<Outcome<Answer>> {
  const input = parseInput(putPriceInput, call.input);
  if (!input.ok) return input;
  const { model, ...price } = input.value;
  return changePrices(call, ports, (overrides) => put(overrides, model, price));
}
