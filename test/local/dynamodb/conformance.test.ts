import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, vi } from 'vitest';
import { type LocalDynamoDb, startDynamoDb } from '../../../local/dynamodb/start.ts';
import { describeDynamoDbConformance } from '../../conformance/dynamodb/suite.ts';

// Generous: the machine may be busy with the other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const { DYNAMODB_ENDPOINT } = process.env;
let dataDir: string | undefined;
let engine: LocalDynamoDb | undefined;
let client: DynamoDBClient | undefined;

afterAll(async () => {
  client?.destroy();
  await engine?.stop();
  if (dataDir !== undefined) await rm(dataDir, { recursive: true });
});

describeDynamoDbConformance(async () => {
  if (DYNAMODB_ENDPOINT !== undefined) {
    client = new DynamoDBClient({ endpoint: DYNAMODB_ENDPOINT });
    return client;
  }
  dataDir = await mkdtemp(join(tmpdir(), 'dynamodb-'));
  engine = await startDynamoDb({ dataDir, tables: [] });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new DynamoDBClient({ endpoint: engine.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  return client;
});
