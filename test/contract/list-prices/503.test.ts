import { afterEach, describe, it } from 'vitest';
import { expectFault } from '../../support/expect-error.ts';
import { breakStore, mendStore, sendAsOperator } from '../../support/gateway.ts';

afterEach(mendStore);

describe('GET /admin/prices', () => {
  it.each(['internal-error', 'throttle', 'timeout'] as const)('is 503 while the store shows %s', async (fault) => {
    breakStore(fault);
    expectFault(await sendAsOperator({ method: 'GET', path: '/admin/prices' }), 503, 'service_unavailable');
  });
});
