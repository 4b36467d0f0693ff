import { afterAll, describe, it } from 'vitest';
import { expectRefusal } from '../support/expect-error.ts';
import { gateway } from '../support/gateway.ts';
import { createLedgerClient, type KeyedCall } from '../support/ledger-client.ts';

const client = createLedgerClient(gateway);

/** What every route that manages keys does with a key that is no master. `makeCall` would succeed for a master. */
export function describeMasterAccess(makeCall: () => Promise<Omit<KeyedCall, 'key'>>): void {
  describe('with a key that is no master', () => {
    afterAll(() => client.stop());

    it.each([
      ['user', {}],
      ['spend_limit', { max_budget: '1.00' }],
    ])('is not permitted to a %s key', async (type, fields) => {
      const { key } = await client.createKey({ type, ...fields });
      const answer = await client.call({ ...(await makeCall()), key });
      expectRefusal(answer, { status: 403, code: 'permission_denied', param: null });
    });
  });
}
