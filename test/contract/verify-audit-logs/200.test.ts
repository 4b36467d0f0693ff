import { afterAll, describe, expect, it } from 'vitest';
import { gateway } from '../../support/gateway.ts';
import { createLedgerClient } from '../../support/ledger-client.ts';

const client = createLedgerClient(gateway);
afterAll(() => client.stop());

describe('GET /v1/organization/audit_logs/verify', () => {
  it('finds the log intact up to its head', async () => {
    const account = await client.createAccount();
    await client.createKey({ type: 'user' }, account.masterKey);
    const path = '/v1/organization/audit_logs';
    const { status, json } = await client.call({ key: account.masterKey, path: `${path}/verify` });
    const listed = await client.call({ key: account.masterKey, path: `${path}?limit=1` });
    expect(status).toBe(200);
    expect(listed.json).toMatchObject({ data: [{ sequence: expect.any(Number) }] });
    expect(json).toEqual({
      object: 'audit_log.verification',
      status: 'intact',
      verified: { sequence: expect.any(Number), hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      first_broken: null,
      next: null,
    });
    const { verified } = Object(json);
    expect(listed.json).toMatchObject({ data: [verified] });
  });
});
