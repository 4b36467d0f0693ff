import { describe, expect, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { gateway, send } from '../../support/gateway.ts';

describe('DELETE /v1/keys/{id}', () => {
  it('does not let a key revoke itself, so that an account keeps a master key', async () => {
    const answer = await send({ method: 'DELETE', path: `/v1/keys/${gateway.masterKey.slice(4, 16)}` });
    expectRefusal(answer, { status: 409, code: 'conflict', param: null });
    expect((await send({ path: '/v1/models' })).status).toBe(200);
  });
});
