import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { expectJson, expectOwnHeaders } from '../../support/expect-error.ts';
import { dynamodb, gateway, sendAsOperator } from '../../support/gateway.ts';

const path = '/admin/providers/xai/credential';
const secret = 'xai-0123456789-abcdefgh';

describe('PUT /admin/providers/{provider}/credential', () => {
  it('stores the credential and shows its last four characters alone', async () => {
    const answer = await sendAsOperator({ method: 'PUT', path, body: { api_key: secret } });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      object: 'provider_credential',
      provider: 'xai',
      last4: 'efgh',
      created_at: expect.any(Number),
    });
    expectJson(answer);
    expectOwnHeaders(answer);
    const { Items } = await dynamodb.send(new ScanCommand({ TableName: gateway.tables.keys }));
    expect(JSON.stringify(Items)).toContain('CREDENTIAL#xai');
    expect(JSON.stringify(Items)).not.toContain(secret.slice(0, -4));
  });

  it('replaces what was there', async () => {
    const again = await sendAsOperator({ method: 'PUT', path, body: { api_key: `${secret}-again` } });
    expect(again.json).toMatchObject({ last4: 'gain' });
  });

  it('seals the same secret differently each time', async () => {
    const readEnvelope = async () => {
      await sendAsOperator({ method: 'PUT', path, body: { api_key: secret } });
      const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: gateway.tables.keys }));
      return JSON.stringify(Items.find(({ sk }) => sk?.S === 'CREDENTIAL#xai')?.['envelope']?.M?.['ciphertext']);
    };
    const first = await readEnvelope();
    expect(first).toContain('"S"');
    expect(await readEnvelope()).not.toBe(first);
  });
});
