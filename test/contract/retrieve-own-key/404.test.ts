import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { send } from '../../support/gateway.ts';

describe('GET /v1/key', () => {
  it.each(['POST', 'PATCH', 'DELETE'])('is no route for %s', async (method) => {
    const answer = await send({ method, path: '/v1/key', ...(method !== 'DELETE' && { body: '{}' }) });
    expectRefusal(answer, { status: 404, code: 'not_found', param: null });
  });
});
