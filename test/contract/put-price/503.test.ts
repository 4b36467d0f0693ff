import { afterEach, describe, expect, it } from 'vitest';
import { expectFault } from '../../support/expect-error.ts';
import { breakStore, mendStore, sendAsOperator } from '../../support/gateway.ts';
import { readOperatorEvents } from '../../support/operator-events.ts';

afterEach(mendStore);

describe('PUT /admin/prices', () => {
  it.each(['internal-error', 'throttle', 'conflict'] as const)(
    'is 503 while the store shows %s, and neither a price nor an event is left behind',
    async (fault) => {
      const model = `openai/contract-unmade-by-${fault}`;
      breakStore(fault);
      const answer = await sendAsOperator({
        method: 'PUT',
        path: '/admin/prices',
        body: { model, input: '1', output: '1' },
      });
      expectFault(answer, 503, 'service_unavailable');
      mendStore();
      expect((await sendAsOperator({ method: 'GET', path: '/admin/prices' })).text).not.toContain(model);
      expect(JSON.stringify(await readOperatorEvents('admin.model_price.stored'))).not.toContain(model);
    },
  );
});
