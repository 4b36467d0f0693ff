import { describe, expect, test } from 'vitest';
import { auditEntry } from '../../lambdas/domain/audit/audit-event.ts';
import { type CredentialRecord, credentialRecord } from '../../lambdas/domain/credentials/credential-record.ts';
import { putProviderCredential } from '../../lambdas/operations/put-provider-credential.ts';
import { textOf } from '../support/answer-text.ts';

const actor = { type: 'iam', iam: { arn: 'arn:aws:iam::1:user/op', ip_address: '192.0.2.1' } } as const;
const envelope = {
  version: 1,
  keyId: 'k',
  dataKey: '',
  messageId: '',
  iv: '',
  commitment: '',
  ciphertext: '',
} as const;
const SECRET = 'sk-proj-abcdef-wxyz';

async function run(input: unknown, provider = 'openai') {
  const stored: { record: CredentialRecord; entry: unknown }[] = [];
  const sealed: unknown[] = [];
  const outcome = await putProviderCredential({ requestId: 'r-1', actor, input }, provider, {
    credentials: { putCredential: async (record, entry) => void stored.push({ record, entry }) },
    sealSecret: async (...call) => {
      sealed.push(call);
      return envelope;
    },
    takesCredential: (name) => name === 'openai',
    nowSeconds: () => 1_800_000_000,
    randomBase62: (length) => 'A'.repeat(length),
  });
  return { outcome, stored, sealed };
}

describe('putProviderCredential', () => {
  test('seals under the operator and the provider, stores, and shows the last four alone', async () => {
    const { outcome, stored, sealed } = await run({ api_key: SECRET });
    expect(JSON.parse(textOf(outcome))).toEqual({
      object: 'provider_credential',
      provider: 'openai',
      last4: 'wxyz',
      created_at: 1_800_000_000,
    });
    expect(sealed).toEqual([[SECRET, { purpose: 'provider-credential', tenant: 'operator', record: 'openai' }]]);
    expect(credentialRecord.parse(stored[0]?.record)).toEqual({
      schemaVersion: 1,
      tenant: 'operator',
      provider: 'openai',
      last4: 'wxyz',
      createdAt: 1_800_000_000,
      envelope,
    });
    expect(auditEntry.parse(stored[0]?.entry)).toMatchObject({
      type: 'admin.provider_credential.stored',
      actor,
      request_id: 'r-1',
      tenant: 'operator',
      'admin.provider_credential.stored': { provider: 'openai', last4: 'wxyz' },
    });
  });

  test('the secret goes to the seal and nowhere else', async () => {
    const { outcome, stored } = await run({ api_key: SECRET });
    expect(`${textOf(outcome)}${JSON.stringify(stored)}`).not.toContain('abcdef');
  });

  test.each([
    [{}, 'invalid_request', 'api_key'],
    [{ api_key: '' }, 'invalid_request', 'api_key'],
    [{ api_key: 'short' }, 'invalid_request', 'api_key'],
    [{ api_key: 'x'.repeat(4097) }, 'invalid_request', 'api_key'],
    [{ api_key: 'sk-with space' }, 'invalid_request', 'api_key'],
    [{ api_key: 'sk-line\r\nbreak' }, 'invalid_request', 'api_key'],
    [{ api_key: 'sk-naïve-text' }, 'invalid_request', 'api_key'],
    [{ api_key: [SECRET] }, 'invalid_request', 'api_key'],
    [{ api_key: SECRET, tenant: 'acct_1' }, 'unknown_parameter', 'tenant'],
  ])('%j is refused as %s at %s, and nothing is sealed or stored', async (input, code, param) => {
    const { outcome, stored, sealed } = await run(input);
    expect(outcome).toMatchObject({ ok: false, refusal: { code, param } });
    expect([...stored, ...sealed]).toEqual([]);
    expect(JSON.stringify(outcome)).not.toContain('sk-');
  });

  test('a provider that the stage does not know is not found, whatever was sent', async () => {
    for (const provider of ['groq', '', '__proto__', 'OpenAI', 'operator']) {
      const { outcome, stored, sealed } = await run({ api_key: SECRET }, provider);
      expect(outcome).toMatchObject({ ok: false, refusal: { code: 'not_found' } });
      expect([...stored, ...sealed]).toEqual([]);
    }
  });
});
