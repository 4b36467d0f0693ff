import { afterAll, describe, expect, it } from 'vitest';
import { expectJson, expectOwnHeaders } from '../../support/expect-error.ts';
import { sendAsOperator } from '../../support/gateway.ts';
import { readOperatorEvents } from '../../support/operator-events.ts';

const model = 'openai/contract-put-200';
const price = { input: '2', output: '8', cached_input: '0.5', context_window: 8_192 };
const put = (body: object) => sendAsOperator({ method: 'PUT', path: '/admin/prices', body });

async function storedEvents() {
  const events = await readOperatorEvents('admin.model_price.stored');
  return events.filter((event) => JSON.stringify(event).includes(model));
}

afterAll(() => sendAsOperator({ method: 'DELETE', path: `/admin/prices?model=${model}` }));

describe('PUT /admin/prices', () => {
  it('keeps the price, shows it, and tells the audit log who set it to what', async () => {
    const answer = await put({ model, ...price });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ object: 'model_price', model, ...price });
    expectJson(answer);
    expectOwnHeaders(answer);
    expect(await storedEvents()).toMatchObject([
      {
        actor: { type: 'iam', iam: { ip_address: '127.0.0.1' } },
        request_id: answer.headers['x-request-id'],
        'admin.model_price.stored': { model, data: price },
      },
    ]);
  });

  it('changes nothing where nothing changes, and tells the log of no change', async () => {
    expect((await put({ ...price, model })).json).toEqual({ object: 'model_price', model, ...price });
    expect(await storedEvents()).toHaveLength(1);
  });

  it('replaces a price as a whole, also under a name of another case', async () => {
    expect((await put({ model: 'openai/Contract-PUT-200', input: '2', output: '8' })).status).toBe(200);
    const { text } = await sendAsOperator({ method: 'GET', path: '/admin/prices' });
    expect(text.match(/"model":"openai\/contract-put-200"[^}]*/gi)).toEqual([
      '"model":"openai/Contract-PUT-200","input":"2","output":"8"',
    ]);
  });

  it('takes a price for every model whose name begins so, and the dearest and the longest there are', async () => {
    const tier = (above: number) => ({ above, input: '999999.999999', output: '0' });
    const widest = {
      model: `openai/${'x'.repeat(128)}*`,
      input: '999999.999999',
      output: '0.000001',
      long_context: [tier(1), tier(2), tier(3), tier(1_000_000_000)],
      max_output_tokens: 1,
    };
    expect((await put(widest)).json).toEqual({ object: 'model_price', ...widest });
    const path = `/admin/prices?model=${encodeURIComponent(widest.model)}`;
    expect((await sendAsOperator({ method: 'DELETE', path })).status).toBe(200);
  });

  it('by many at once loses none of them', async () => {
    const models = Array.from({ length: 4 }, (_, index) => `openai/contract-together-${index}`);
    const answers = await Promise.all(models.map((one) => put({ model: one, input: '1', output: '1' })));
    const made = models.filter((_, index) => answers[index]?.status === 200);
    expect(made.length).toBeGreaterThan(0);
    // Who lost too often was told so.
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      expect.toBeOneOf([new Set([200]), new Set([200, 409])]),
    );
    const { text } = await sendAsOperator({ method: 'GET', path: '/admin/prices' });
    for (const one of made) expect(text).toContain(`"${one}"`);
    for (const one of made) await sendAsOperator({ method: 'DELETE', path: `/admin/prices?model=${one}` });
  });
});
