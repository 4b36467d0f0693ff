import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { send } from '../../support/gateway.ts';

describe('GET /v1/keys refuses', () => {
  it.each([
    ['limit=0', 'invalid_request', 'limit'],
    ['limit=101', 'invalid_request', 'limit'],
    ['limit=-1', 'invalid_request', 'limit'],
    ['limit=ten', 'invalid_request', 'limit'],
    ['after=short', 'invalid_request', 'after'],
    ['offset=5', 'unknown_parameter', 'offset'],
  ])('?%s as %s', async (query, code, param) => {
    expectRefusal(await send({ path: `/v1/keys?${query}` }), { status: 400, code, param });
  });
});
