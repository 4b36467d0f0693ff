import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { send } from '../../support/gateway.ts';

const create = (body: string | object) =>
  send({ path: '/v1/keys', body: typeof body === 'string' ? body : JSON.stringify(body) });

describe('POST /v1/keys refuses', () => {
  it.each([
    ['half a JSON', '{"name":'],
    ['an empty body', ''],
  ])('%s as invalid_json', async (_case, body) => {
    expectRefusal(await create(body), { status: 400, code: 'invalid_json', param: null });
  });

  it.each([
    ['no name', {}, 'name'],
    ['a name of the wrong type', { name: 7 }, 'name'],
    ['a type that does not exist', { name: 'x', type: 'root' }, 'type'],
    ['a spend_limit key without its limit', { name: 'x', type: 'spend_limit' }, 'max_budget'],
    ['a budget that is a number', { name: 'x', max_budget: 5 }, 'max_budget'],
    ['a negative budget', { name: 'x', max_budget: '-1.00' }, 'max_budget'],
    ['a budget finer than a nano-dollar', { name: 'x', max_budget: '0.0000000001' }, 'max_budget'],
    ['an absurd budget', { name: 'x', max_budget: '9000001' }, 'max_budget'],
    ['a budget in another notation', { name: 'x', max_budget: '1e3' }, 'max_budget'],
    ['a duration that does not exist', { name: 'x', budget_duration: 'yearly' }, 'budget_duration'],
    ['no request a minute', { name: 'x', rpm_limit: 0 }, 'rpm_limit'],
    ['half a request a minute', { name: 'x', rpm_limit: 0.5 }, 'rpm_limit'],
    ['absurdly many tokens a minute', { name: 'x', tpm_limit: 1e15 }, 'tpm_limit'],
    ['negative parallelism', { name: 'x', max_parallel_requests: -1 }, 'max_parallel_requests'],
    ['no model at all', { name: 'x', models: [] }, 'models'],
    ['a model that is no pattern', { name: 'x', models: ['a b'] }, 'models[0]'],
    ['a limit of a model below one', { name: 'x', model_limits: { m: { rpm_limit: 0 } } }, 'model_limits.m.rpm_limit'],
    ['an end that has passed', { name: 'x', expires_at: 1_700_000_000 }, 'expires_at'],
    ['an end in milliseconds', { name: 'x', expires_at: Date.now() }, 'expires_at'],
    ['an environment in capitals', { name: 'x', environment: 'PROD' }, 'environment'],
    ['metadata that is no text', { name: 'x', metadata: { a: 1 } }, 'metadata.a'],
  ])('%s as invalid_request, and names the field', async (_case, body, param) => {
    expectRefusal(await create(body), { status: 400, code: 'invalid_request', param });
  });

  it.each([
    ['a field of nobody', { name: 'x', budget: '1.00' }, 'budget'],
    ['a field that is read-only', { name: 'x', spend: '0.00' }, 'spend'],
    [
      'a field of nobody in the limits of a model',
      { name: 'x', model_limits: { m: { rpm: 1 } } },
      'model_limits.m.rpm',
    ],
  ])('%s as unknown_parameter', async (_case, body, param) => {
    expectRefusal(await create(body), { status: 400, code: 'unknown_parameter', param });
  });
});
