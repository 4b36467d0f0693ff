import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { expectFault } from '../../support/expect-error.ts';
import { breakStore, dynamodb, gateway, mendStore, sendAsOperator } from '../../support/gateway.ts';

afterEach(mendStore);

describe('POST /admin/accounts', () => {
  it.each(['internal-error', 'throttle', 'conflict'] as const)(
    'is 503 while the store shows %s, and no account and no event is left behind',
    async (fault) => {
      const name = `unmade by ${fault}`;
      breakStore(fault);
      expectFault(await sendAsOperator({ path: '/admin/accounts', body: { name } }), 503, 'service_unavailable');
      mendStore();
      const { Items } = await dynamodb.send(new ScanCommand({ TableName: gateway.tables.keys }));
      expect(JSON.stringify(Items)).not.toContain(name);
    },
  );
});
