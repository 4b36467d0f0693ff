import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { gateway, send } from '../../support/gateway.ts';

const rotate = (body: string) => send({ path: `/v1/keys/${gateway.masterKey.slice(4, 16)}/rotate`, body });

describe('POST /v1/keys/{id}/rotate refuses', () => {
  it.each([
    ['no JSON', 'now', 'invalid_json', null],
    ['a grace of the wrong type', '{"grace_period":"1h"}', 'invalid_request', 'grace_period'],
    ['a grace of more than 30 days', '{"grace_period":2592001}', 'invalid_request', 'grace_period'],
    ['a secret of the caller’s own', '{"key":"mine"}', 'unknown_parameter', 'key'],
  ])('%s', async (_case, body, code, param) => {
    expectRefusal(await rotate(body), { status: 400, code, param });
  });
});
