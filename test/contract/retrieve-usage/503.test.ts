import { afterEach, describe, it } from 'vitest';
import { expectFault } from '../../support/expect-error.ts';
import { breakStore, mendStore, send } from '../../support/gateway.ts';

afterEach(mendStore);

describe('GET /v1/organization/usage/completions', () => {
  it('is 503, never an account that has used nothing, while the store fails', async () => {
    breakStore('internal-error');
    expectFault(await send({ path: '/v1/organization/usage/completions?start_time=0' }), 503, 'service_unavailable');
  });
});
