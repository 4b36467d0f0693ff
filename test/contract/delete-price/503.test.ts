import { afterEach, describe, expect, it } from 'vitest';
import { expectFault } from '../../support/expect-error.ts';
import { breakStore, mendStore, sendAsOperator } from '../../support/gateway.ts';

const model = 'openai/contract-delete-503';
const path = `/admin/prices?model=${model}`;

afterEach(mendStore);

describe('DELETE /admin/prices', () => {
  it.each(['internal-error', 'conflict'] as const)(
    'is 503 while the store shows %s, and deletes nothing',
    async (fault) => {
      await sendAsOperator({ method: 'PUT', path: '/admin/prices', body: { model, input: '1', output: '1' } });
      breakStore(fault);
      expectFault(await sendAsOperator({ method: 'DELETE', path }), 503, 'service_unavailable');
      mendStore();
      expect((await sendAsOperator({ method: 'DELETE', path })).status).toBe(200);
    },
  );
});
