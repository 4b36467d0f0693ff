import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { decodeItem, encodeItem } from '../../lambdas/aws/attribute-values.ts';
import { createAuditedTransaction } from '../../lambdas/aws/audited-transaction.ts';
import { createDynamoCredentialStore } from '../../lambdas/aws/dynamo-credential-store.ts';
import { createDynamoCredentialVault } from '../../lambdas/aws/dynamo-credential-vault.ts';
import { credentialKey } from '../../lambdas/aws/item-keys.ts';
import type { JsonClient } from '../../lambdas/aws/json-client.ts';
import { createKmsEnvelopeOpener } from '../../lambdas/aws/kms-envelope-open.ts';
import { createKmsEnvelopeSealer } from '../../lambdas/aws/kms-envelope-seal.ts';
import { canonicalDigest } from '../../lambdas/crypto/canonical-digest.ts';
import {
  type CredentialRecord,
  credentialContext,
  credentialRecord,
} from '../../lambdas/domain/credentials/credential-record.ts';
import { GatewayFault } from '../../lambdas/domain/errors.ts';
import {
  type AwsEngines,
  auditTable,
  envelopeKeyArn,
  envelopeKeyId,
  keysTable,
  otherKeyArn,
  startAwsEngines,
} from '../support/aws-engines.ts';
import { describeCredentialVault, withoutOwn } from '../support/credential-vault-suite.ts';

/** Stores as the management plane does. */
async function putCredential(engines: AwsEngines, provider: string, secret: string): Promise<void> {
  const seal = createKmsEnvelopeSealer({ client: engines.kmsSdk, keyArn: envelopeKeyArn });
  const commit = createAuditedTransaction({
    client: engines.dynamoSdk,
    table: auditTable,
    digest: canonicalDigest,
    random: Math.random,
  });
  const envelope = await seal(secret, credentialContext('operator', provider));
  await createDynamoCredentialStore({ table: keysTable, commit }).putCredential(
    { schemaVersion: 1, tenant: 'operator', provider, last4: secret.slice(-4), createdAt: 1_800_000_000, envelope },
    {
      schemaVersion: 1,
      id: 'audit_1',
      type: 'admin.provider_credential.stored',
      effective_at: 1_800_000_000,
      actor: { type: 'iam', iam: { arn: 'arn', ip_address: '127.0.0.1' } },
      request_id: 'r-1',
      tenant: 'operator',
      'admin.provider_credential.stored': { provider, last4: secret.slice(-4) },
    },
  );
}

function openVault(engines: AwsEngines, { now = Date.now, client = engines.dynamoJson, kms = engines.kmsJson } = {}) {
  const openEnvelope = createKmsEnvelopeOpener(kms);
  return createDynamoCredentialVault({ client, table: keysTable, openEnvelope, now });
}

describeCredentialVault('in memory', async () => {
  const secrets = new Map<string, string>();
  return {
    openVault: () => ({
      reveal: async (provider) => secrets.get(provider),
      has: async (provider) => secrets.has(provider),
    }),
    put: async (provider, secret) => void secrets.set(provider, secret),
    stop: async () => {},
  };
});

describeCredentialVault('DynamoDB under KMS', async () => {
  const engines = await startAwsEngines();
  return {
    openVault: () => openVault(engines),
    put: (provider, secret) => putCredential(engines, provider, secret),
    stop: engines.stop,
  };
});

describe('createDynamoCredentialVault', () => {
  let engines: AwsEngines;
  beforeAll(async () => {
    engines = await startAwsEngines();
  });
  afterAll(() => engines.stop());
  beforeEach(() => putCredential(engines, 'openai', 'sk-openai-secret'));

  async function readRecord(provider: string): Promise<CredentialRecord> {
    const Key = credentialKey('operator', provider);
    const { Item } = await engines.dynamoSdk.send(new GetItemCommand({ TableName: keysTable, Key }));
    return credentialRecord.parse(decodeItem(Item));
  }

  /** As someone would who can write the table, and not the vault's caller. */
  async function forgeRecord(provider: string, record: CredentialRecord): Promise<void> {
    const Item = { ...credentialKey('operator', provider), ...encodeItem(record) };
    await engines.dynamoSdk.send(new PutItemCommand({ TableName: keysTable, Item }));
  }

  async function expectFault(reveal: Promise<unknown>): Promise<void> {
    const error: unknown = await reveal.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(GatewayFault);
    expect(error).toMatchObject({ code: 'service_unavailable' });
  }

  test('the table holds nothing of the secret but its last four characters', async () => {
    const Key = credentialKey('operator', 'openai');
    const { Item } = await engines.dynamoSdk.send(new GetItemCommand({ TableName: keysTable, Key }));
    const text = JSON.stringify(Item);
    expect(text).toContain('cret');
    expect(text).not.toContain('ecret');
    expect(text).not.toContain(Buffer.from('sk-openai-secret').toString('base64').slice(0, 12));
  });

  test('names the KMS key without its region, so that a replica of it opens the envelope too', async () => {
    expect((await readRecord('openai')).envelope.keyId).toBe(envelopeKeyId);
  });

  test('a record put in the place of another does not open', async () => {
    await forgeRecord('groq', await readRecord('openai'));
    await expectFault(openVault(engines).reveal('groq', withoutOwn));
    await forgeRecord('groq', { ...(await readRecord('openai')), provider: 'groq' });
    await expectFault(openVault(engines).reveal('groq', withoutOwn));
  });

  test('a record edited in any byte of its envelope does not open', async () => {
    const record = await readRecord('openai');
    for (const member of ['dataKey', 'messageId', 'iv', 'commitment', 'ciphertext'] as const) {
      const bytes = Buffer.from(record.envelope[member], 'base64');
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      await forgeRecord('openai', { ...record, envelope: { ...record.envelope, [member]: bytes.toString('base64') } });
      await expectFault(openVault(engines).reveal('openai', withoutOwn));
    }
    await forgeRecord('openai', record);
    expect(await openVault(engines).reveal('openai', withoutOwn)).toBe('sk-openai-secret');
  });

  test('a data key under another KMS key is refused by the pinned key', async () => {
    const seal = createKmsEnvelopeSealer({ client: engines.kmsSdk, keyArn: otherKeyArn });
    const envelope = await seal('sk-planted-secret', credentialContext('operator', 'openai'));
    const record = await readRecord('openai');
    await forgeRecord('openai', { ...record, envelope: { ...envelope, keyId: envelopeKeyId } });
    await expectFault(openVault(engines).reveal('openai', withoutOwn));
  });

  test('asks for the record and for its key under the very context, once for callers that come together', async () => {
    const calls: unknown[] = [];
    const spy = (client: JsonClient): JsonClient => ({
      call(operation, input, options) {
        calls.push({ operation, input });
        return client.call(operation, input, options);
      },
    });
    const vault = openVault(engines, { client: spy(engines.dynamoJson), kms: spy(engines.kmsJson) });
    const { envelope } = await readRecord('openai');
    await Promise.all([vault.reveal('openai', withoutOwn), vault.reveal('openai', withoutOwn)]);
    await vault.reveal('openai', withoutOwn);
    expect(calls).toEqual([
      {
        operation: 'GetItem',
        input: {
          TableName: keysTable,
          Key: { pk: { S: 'TENANT#operator' }, sk: { S: 'CREDENTIAL#openai' } },
          ConsistentRead: true,
        },
      },
      {
        operation: 'Decrypt',
        input: {
          CiphertextBlob: envelope.dataKey,
          EncryptionContext: { purpose: 'provider-credential', tenant: 'operator', record: 'openai' },
          KeyId: envelopeKeyId,
        },
      },
    ]);
  });

  test('says whether there is a credential without opening it, so whatever KMS says', async () => {
    const kms: JsonClient = { call: () => Promise.reject(new Error('disabled')) };
    const vault = openVault(engines, { kms });
    expect(await vault.has('openai', withoutOwn)).toBe(true);
    expect(await vault.has('nobody', withoutOwn)).toBe(false);
    await expectFault(vault.reveal('openai', withoutOwn));
    const client: JsonClient = { call: () => Promise.reject(new Error('down')) };
    await expectFault(openVault(engines, { client }).has('openai', withoutOwn));
  });

  test('serves a rotated credential within a minute, and the last one through an outage of five at most', async () => {
    let nowMs = Date.now();
    let isDown = false;
    const client: JsonClient = {
      call: (...call) => (isDown ? Promise.reject(new Error('down')) : engines.dynamoJson.call(...call)),
    };
    const vault = openVault(engines, { now: () => nowMs, client });
    expect(await vault.reveal('openai', withoutOwn)).toBe('sk-openai-secret');
    await putCredential(engines, 'openai', 'sk-rotated-secret');
    nowMs += 60_000;
    expect(await vault.reveal('openai', withoutOwn)).toBe('sk-rotated-secret');
    isDown = true;
    nowMs += 299_999;
    expect(await vault.reveal('openai', withoutOwn)).toBe('sk-rotated-secret');
    nowMs += 1;
    await expectFault(vault.reveal('openai', withoutOwn));
  });
});
