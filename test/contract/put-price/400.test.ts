import { describe, expect, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { sendAsOperator } from '../../support/gateway.ts';

const price = { model: 'openai/contract-put-400', input: '1', output: '2' };
const tier = { above: 1_000, input: '1', output: '1' };

describe('PUT /admin/prices refuses', () => {
  it.each([
    ['half a JSON', '{"model":"openai/x"'],
    ['an empty body', ''],
  ])('%s as invalid_json', async (_case, body) => {
    const answer = await sendAsOperator({ method: 'PUT', path: '/admin/prices', body });
    expectRefusal(answer, { status: 400, code: 'invalid_json', param: null });
  });

  it.each<[string, object, string]>([
    ['a price of no model', { model: undefined }, 'model'],
    ['a model without its provider', { model: 'gpt-5' }, 'model'],
    ['no model of a provider', { model: 'openai/' }, 'model'],
    ['a star in the middle', { model: 'openai/*-mini' }, 'model'],
    ['a name with a space', { model: 'openai/secret name' }, 'model'],
    ['a name beyond 128 characters', { model: `openai/${'x'.repeat(129)}` }, 'model'],
    ['no price for output', { output: undefined }, 'output'],
    ['a number for an amount', { input: 0.25 }, 'input'],
    ['a negative amount', { input: '-0.25' }, 'input'],
    ['an amount in exponents', { input: '1e3' }, 'input'],
    ['an amount finer than is counted', { input: '0.0000001' }, 'input'],
    ['an absurd amount', { cached_input: '1000000' }, 'cached_input'],
    ['an amount that is none', { per_request: 'NaN' }, 'per_request'],
    ['a window of no tokens', { context_window: 0 }, 'context_window'],
    ['a window of half a token', { context_window: 0.5 }, 'context_window'],
    ['a limit as text', { max_output_tokens: '100' }, 'max_output_tokens'],
    ['tiers that do not rise', { long_context: [tier, tier] }, 'long_context'],
    ['five tiers', { long_context: [1, 2, 3, 4, 5].map((above) => ({ ...tier, above })) }, 'long_context'],
    ['a tier without a price', { long_context: [{ above: 1 }] }, 'long_context[0].input'],
  ])('%s, by the field', async (_case, more, param) => {
    const answer = await sendAsOperator({ method: 'PUT', path: '/admin/prices', body: { ...price, ...more } });
    expectRefusal(answer, { status: 400, code: 'invalid_request', param });
    expect(answer.text).not.toMatch(/secret|1e3|NaN/);
  });

  it.each([
    ['discount', 'discount', { discount: '5' }],
    ['a field of a tier', 'long_context[0].below', { long_context: [{ ...tier, below: 5 }] }],
  ])('%s as unknown_parameter', async (_case, param, more) => {
    const answer = await sendAsOperator({ method: 'PUT', path: '/admin/prices', body: { ...price, ...more } });
    expectRefusal(answer, { status: 400, code: 'unknown_parameter', param });
  });

  it('and keeps nothing of any of these', async () => {
    const { text } = await sendAsOperator({ method: 'GET', path: '/admin/prices' });
    expect(text).not.toContain('contract-put-400');
  });
});
