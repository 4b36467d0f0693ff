import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { gateway } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';

const client = createLedgerClient(gateway);

describe('GET /v1/organization/audit_logs', () => {
  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['after=audit_1', 'after'],
    ['before=x', 'before'],
    [`after=audit_000000000001_${'x'.repeat(24)}`, 'after'],
    ['effective_at%5Bgt%5D=yesterday', 'effective_at[gt]'],
    ['event_types=', 'event_types[0]'],
  ])('refuses %s and names the field', async (query, param) => {
    const answer = await client.call({ key: gateway.masterKey, path: `/v1/organization/audit_logs?${query}` });
    expectRefusal(answer, { status: 400, code: 'invalid_request', param });
  });

  it('refuses a field that it does not know', async () => {
    const answer = await client.call({ key: gateway.masterKey, path: '/v1/organization/audit_logs?user=x' });
    expectRefusal(answer, { status: 400, code: 'unknown_parameter', param: 'user' });
  });
});
