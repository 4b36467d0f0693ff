import * as z from 'zod/mini';
import { type Answer, answerJson } from '../domain/answer.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { ManagementCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import type { PriceOverride } from '../domain/pricing/price-overrides.ts';
import type { PriceStore } from '../domain/pricing/price-store.ts';

const listPricesInput = z.strictObject({});

/** As the operator gave it. */
export function presentPrice(model: string, price: PriceOverride) {
  return { object: 'model_price', model, ...price };
}

/** GET /admin/prices: every price of the operator's own, in the order of their names. */
export async function listPrices(
  call: ManagementCall,
  { prices }: { readonly prices: PriceStore },
): Promise<Outcome<Answer>> {
  const input = parseInput(listPricesInput, call.input);
  if (!input.ok) return input;
  const { overrides } = await prices.readPrices();
  const data = Object.entries(overrides)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([model, price]) => presentPrice(model, price));
  const ids = { first_id: data.at(0)?.model ?? null, last_id: data.at(-1)?.model ?? null };
  return accept(answerJson(200, { object: 'list', data, ...ids, has_more: false }));
}
