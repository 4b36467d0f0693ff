import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { expectFault } from '../../support/expect-error.ts';
import { breakStore, dynamodb, gateway, mendStore, sendAsOperator, withoutEnvelopeKey } from '../../support/gateway.ts';

afterEach(mendStore);

describe('PUT /admin/providers/{provider}/credential', () => {
  it.each(['internal-error', 'throttle', 'conflict'] as const)(
    'is 503 while the store shows %s, and stores nothing',
    async (fault) => {
      breakStore(fault);
      const call = { method: 'PUT', path: '/admin/providers/fireworks/credential', body: { api_key: 'secret-key-1' } };
      expectFault(await sendAsOperator(call), 503, 'service_unavailable');
      mendStore();
      const { Items } = await dynamodb.send(new ScanCommand({ TableName: gateway.tables.keys }));
      expect(JSON.stringify(Items)).not.toContain('CREDENTIAL#fireworks');
    },
  );

  it('is 503 while KMS has no key for it, and leaves what was there', async () => {
    const call = { method: 'PUT', path: '/admin/providers/cerebras/credential' };
    await sendAsOperator({ ...call, body: { api_key: 'secret-key-1' } });
    const refused = () => sendAsOperator({ ...call, body: { api_key: 'secret-key-2' } });
    expectFault(await withoutEnvelopeKey('cerebras', refused), 503, 'service_unavailable');
    const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: gateway.tables.keys }));
    expect(Items.find(({ sk }) => sk?.S === 'CREDENTIAL#cerebras')?.['last4']?.S).toBe('ey-1');
  });
});
