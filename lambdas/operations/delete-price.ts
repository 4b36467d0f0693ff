import * as z from 'zod/mini';
import { type Answer, answerJson } from '../domain/answer.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { ManagementCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import { pricedModel } from '../domain/pricing/price-overrides.ts';
import { type ChangePricesPorts, changePrices, findPattern } from './change-prices.ts';

const deletePriceInput = z.strictObject({ model: pricedModel });

/** DELETE /admin/prices?model=…: from now on the catalogue's price holds, if it has one. */
export async function deletePrice(call: ManagementCall, ports: ChangePricesPorts): Promise<Outcome<Answer>> {
  const input = parseInput(deletePriceInput, call.input);
  if (!input.ok) return input;
  return changePrices<Answer>(call, ports, (overrides) => {
    const model = findPattern(overrides, input.value.model);
    if (model === undefined) return { outcome: refuse('not_found', 'There is no such price.', 'model') };
    const { [model]: _deleted, ...others } = overrides;
    return {
      outcome: accept(answerJson(200, { object: 'model_price.deleted', model, deleted: true })),
      overrides: others,
      event: (context) => ({
        ...context,
        type: 'admin.model_price.deleted',
        'admin.model_price.deleted': { model },
      }),
    };
  });
}
