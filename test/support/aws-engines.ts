import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { createJsonClient, type JsonClientOptions } from '../../lambdas/aws/json-client.ts';
import type { Faults } from '../../local/dynamodb/faults.ts';
import { startDynamoDb } from '../../local/dynamodb/start.ts';
import { startKms } from '../../local/kms/start.ts';

const region = 'us-east-1';
export const testCredentials = { accessKeyId: 'TESTKEY', secretAccessKey: 'test-secret' };

export const keysTable = 'keys-test';
export const auditTable = 'audit-test';
export const ledgerTable = 'ledger-test';
export const usageTable = 'usage-test';
export const envelopeKeyId = '11111111-2222-4333-8444-555555555555';
const otherKeyId = '99999999-2222-4333-8444-555555555555';
export const envelopeKeyArn = `arn:aws:kms:${region}:000000000000:key/${envelopeKeyId}`;
export const otherKeyArn = `arn:aws:kms:${region}:000000000000:key/${otherKeyId}`;

function tableNamed(name: string) {
  return {
    name,
    keySchema: [
      { name: 'pk', type: 'HASH' },
      { name: 'sk', type: 'RANGE' },
    ],
    attributes: [
      { name: 'pk', type: 'S' },
      { name: 'sk', type: 'S' },
    ],
    indexes: [],
  } as const;
}

function keyWith(id: string, arn: string) {
  return { id, arn, aliases: [], spec: 'SYMMETRIC_DEFAULT', usage: 'ENCRYPT_DECRYPT' } as const;
}

/** The product's tables and keys on the embedded engines, in a folder of their own, with clients of both kinds. */
export async function startAwsEngines(options: { readonly faults?: Faults } = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'portcullis-'));
  const dynamo = await startDynamoDb({
    dataDir,
    tables: [keysTable, auditTable, ledgerTable, usageTable].map(tableNamed),
    faults: options.faults,
  });
  const kms = await startKms({
    dataDir,
    keys: [keyWith(envelopeKeyId, envelopeKeyArn), keyWith(otherKeyId, otherKeyArn)],
  });
  const sdk = { region, credentials: testCredentials };
  const dynamoSdk = new DynamoDBClient({ ...sdk, endpoint: dynamo.endpoint });
  const kmsSdk = new KMSClient({ ...sdk, endpoint: kms.endpoint });
  const json = (service: JsonClientOptions['service'], endpoint: string) =>
    createJsonClient({
      service,
      region,
      endpoint,
      credentials: () => testCredentials,
      now: Date.now,
      random: Math.random,
    });
  return {
    dynamoSdk,
    kmsSdk,
    dynamoJson: json('dynamodb', dynamo.endpoint),
    kmsJson: json('kms', kms.endpoint),
    dynamoEndpoint: dynamo.endpoint,
    kmsEndpoint: kms.endpoint,
    /** Disables the KMS key of the envelopes, while `run` runs. */
    async withoutEnvelopeKey(run: () => Promise<void>): Promise<void> {
      await kmsSdk.send(new DisableKeyCommand({ KeyId: envelopeKeyId }));
      try {
        await run();
      } finally {
        await kmsSdk.send(new EnableKeyCommand({ KeyId: envelopeKeyId }));
      }
    },
    async stop() {
      dynamoSdk.destroy();
      kmsSdk.destroy();
      await Promise.all([dynamo.stop(), kms.stop()]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
export type AwsEngines = Awaited<ReturnType<typeof startAwsEngines>>;
