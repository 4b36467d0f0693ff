import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { send } from '../../support/gateway.ts';

describe('/v1/models', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('is no route for %s', async (method) => {
    expectRefusal(await send({ path: '/v1/models', method, body: '{}' }), {
      status: 404,
      code: 'not_found',
      param: null,
    });
  });
});
