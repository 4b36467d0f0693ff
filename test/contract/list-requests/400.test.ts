import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { send } from '../../support/gateway.ts';

describe('GET /v1/organization/usage/requests refuses', () => {
  it.each([
    ['start_time=soon', 'invalid_request', 'start_time'],
    ['start_time=1795597800000', 'invalid_request', 'start_time'],
    ['start_time=10&end_time=10', 'invalid_request', 'end_time'],
    ['start_time=99999999999', 'invalid_request', 'end_time'],
    ['limit=0', 'invalid_request', 'limit'],
    ['limit=101', 'invalid_request', 'limit'],
    ['limit[]=5', 'invalid_request', 'limit'],
    ['order=newest', 'invalid_request', 'order'],
    ['statuses=paid', 'invalid_request', 'statuses[0]'],
    ['statuses=failed&statuses=paid', 'invalid_request', 'statuses[1]'],
    ['request_ids[]=', 'invalid_request', 'request_ids[0]'],
    ['models=', 'invalid_request', 'models[0]'],
    ['page=page_1', 'invalid_request', 'page'],
    ['page=page_1_%20', 'invalid_request', 'page'],
    ['page=', 'invalid_request', 'page'],
    ['after=abc', 'unknown_parameter', 'after'],
    ['group_by=model', 'unknown_parameter', 'group_by'],
  ])('?%s as %s of %s', async (query, code, param) => {
    expectRefusal(await send({ path: `/v1/organization/usage/requests?${query}` }), { status: 400, code, param });
  });
});
