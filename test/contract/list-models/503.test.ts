import { afterEach, describe, it } from 'vitest';
import { expectFault } from '../../support/expect-error.ts';
import { breakStore, createTestKey, mendStore, send } from '../../support/gateway.ts';

afterEach(mendStore);

describe('GET /v1/models', () => {
  it.each(['internal-error', 'throttle', 'timeout'] as const)(
    'is 503, never a wrong key, while the store shows %s',
    async (fault) => {
      breakStore(fault);
      expectFault(await send({ path: '/v1/models' }), 503, 'service_unavailable');
    },
  );

  it('is 503, never a wrong key, where the key’s record cannot be read', async () => {
    const { key } = await createTestKey({ status: 'of a later version' });
    expectFault(
      await send({ path: '/v1/models', headers: { authorization: `Bearer ${key}` } }),
      503,
      'service_unavailable',
    );
  });
});
