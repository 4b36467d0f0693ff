import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { send } from '../../support/gateway.ts';

describe('GET /v1/models', () => {
  it('refuses a body that is too large even where it wants none', async () => {
    const answer = await send({ path: '/v1/models', method: 'GET', body: Buffer.alloc(4_500_001, 'x') });
    expectRefusal(answer, { status: 413, code: 'request_too_large', param: null, by: 'web ACL' });
  });
});
