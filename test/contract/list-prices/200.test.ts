import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectJson, expectOwnHeaders } from '../../support/expect-error.ts';
import { sendAsOperator } from '../../support/gateway.ts';

const priceList = z.strictObject({
  object: z.literal('list'),
  data: z.array(
    z.looseObject({ object: z.literal('model_price'), model: z.string(), input: z.string(), output: z.string() }),
  ),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
  has_more: z.literal(false),
});

describe('GET /admin/prices', () => {
  it('lists every price as it was given, in the order of their names', async () => {
    const models = ['openai/contract-list-b', 'openai/contract-list-a*'];
    for (const model of models) {
      await sendAsOperator({ method: 'PUT', path: '/admin/prices', body: { model, input: '1.50', output: '2' } });
    }
    const answer = await sendAsOperator({ method: 'GET', path: '/admin/prices' });
    expect(answer.status).toBe(200);
    expectJson(answer);
    expectOwnHeaders(answer);
    const { data, first_id, last_id } = priceList.parse(answer.json);
    const ids = data.map(({ model }) => model);
    expect(ids).toEqual(ids.toSorted());
    expect([first_id, last_id]).toEqual([ids.at(0), ids.at(-1)]);
    const own = data.filter(({ model }) => model.includes('contract-list-'));
    expect(own).toEqual(
      models.toReversed().map((model) => ({ object: 'model_price', model, input: '1.50', output: '2' })),
    );
    for (const model of models) {
      const path = `/admin/prices?model=${encodeURIComponent(model)}`;
      expect((await sendAsOperator({ method: 'DELETE', path })).status).toBe(200);
    }
  });
});
