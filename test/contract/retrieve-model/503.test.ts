import { afterEach, describe, it } from 'vitest';
import { expectFault } from '../../support/expect-error.ts';
import { breakStore, mendStore, send } from '../../support/gateway.ts';

afterEach(mendStore);

describe('GET /v1/models/{id}', () => {
  it.each(['internal-error', 'throttle', 'timeout'] as const)(
    'is 503, never a wrong key or a missing model, while the store shows %s',
    async (fault) => {
      breakStore(fault);
      expectFault(await send({ path: '/v1/models/demo/echo' }), 503, 'service_unavailable');
    },
  );
});
