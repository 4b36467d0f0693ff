import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type LocalDynamoDb, type LocalDynamoDbOptions, startDynamoDb } from '../../../local/dynamodb/start.ts';
import type { TableDefinition } from '../../../local/dynamodb/table-definition.ts';

export type Item = Record<string, AttributeValue>;

export const n = (value: number | string): AttributeValue => ({ N: String(value) });
export const s = (value: string): AttributeValue => ({ S: value });

/** A table with the key `pk`. */
export function tableOf(name: string, more: Partial<TableDefinition> = {}): TableDefinition {
  return {
    name,
    keySchema: [{ name: 'pk', type: 'HASH' }],
    attributes: [{ name: 'pk', type: 'S' }],
    indexes: [],
    ...more,
  };
}

/** An engine on a data folder of its own, which can be stopped and started again. */
export interface TestStore extends AsyncDisposable {
  readonly dataDir: string;
  readonly client: DynamoDBClient;
  readonly engine: LocalDynamoDb;
  restart(options?: Partial<LocalDynamoDbOptions>): Promise<void>;
}

export async function openStore(options: Omit<LocalDynamoDbOptions, 'dataDir'>): Promise<TestStore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'dynamodb-'));
  let engine = await startDynamoDb({ dataDir, ...options });
  let client = connect(engine.endpoint);
  const stop = async () => {
    client.destroy();
    await engine.stop();
  };
  return {
    dataDir,
    get engine() {
      return engine;
    },
    get client() {
      return client;
    },
    async restart(changed = {}) {
      await stop();
      engine = await startDynamoDb({ dataDir, ...options, ...changed });
      client = connect(engine.endpoint);
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(dataDir, { recursive: true });
    },
  };
}

function connect(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}
