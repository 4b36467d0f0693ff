import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { gateway } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';

const client = createLedgerClient(gateway);

describe('GET /v1/organization/audit_logs/verify', () => {
  it.each([['after=1'], ['after=0.'], ['after=-1.00']])('refuses %s', async (query) => {
    const answer = await client.call({ key: gateway.masterKey, path: `/v1/organization/audit_logs/verify?${query}` });
    expectRefusal(answer, { status: 400, code: 'invalid_request', param: 'after' });
  });
});
