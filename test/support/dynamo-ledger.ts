import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeItem } from '../../lambdas/aws/attribute-values.ts';
import { createDynamoHourMarks, FOLD_INDEX } from '../../lambdas/aws/dynamo-hour-marks.ts';
import { createDynamoLeaseIndex, LEASE_INDEX } from '../../lambdas/aws/dynamo-lease-index.ts';
import { createDynamoLedger } from '../../lambdas/aws/dynamo-ledger.ts';
import { createDynamoRecordStore } from '../../lambdas/aws/dynamo-record-store.ts';
import { createDynamoScopeStore } from '../../lambdas/aws/dynamo-scope-store.ts';
import { scopeKey } from '../../lambdas/aws/item-keys.ts';
import { createJsonClient } from '../../lambdas/aws/json-client.ts';
import type { ScopePolicy } from '../../lambdas/domain/limits/scope.ts';
import { newScopeState } from '../../lambdas/domain/limits/scope-state.ts';
import type { Faults } from '../../local/dynamodb/faults.ts';
import { startDynamoDb } from '../../local/dynamodb/start.ts';

export const ledgerTable = 'ledger-test';
export const usageTable = 'usage-test';

const keySchema = [
  { name: 'pk', type: 'HASH' },
  { name: 'sk', type: 'RANGE' },
] as const;
const keyAttributes = [
  { name: 'pk', type: 'S' },
  { name: 'sk', type: 'S' },
] as const;

const tables = [
  {
    name: ledgerTable,
    keySchema,
    attributes: [...keyAttributes, { name: 'leaseShard', type: 'S' }, { name: 'leaseBucket', type: 'N' }],
    indexes: [
      {
        name: LEASE_INDEX,
        keySchema: [
          { name: 'leaseShard', type: 'HASH' },
          { name: 'leaseBucket', type: 'RANGE' },
        ],
        projection: { type: 'KEYS_ONLY' },
      },
    ],
  },
  {
    name: usageTable,
    keySchema,
    attributes: [...keyAttributes, { name: 'foldShard', type: 'S' }, { name: 'foldAfter', type: 'N' }],
    indexes: [
      {
        name: FOLD_INDEX,
        keySchema: [
          { name: 'foldShard', type: 'HASH' },
          { name: 'foldAfter', type: 'RANGE' },
        ],
        projection: { type: 'KEYS_ONLY' },
      },
    ],
  },
] as const;

export interface LedgerTablesOptions {
  readonly faults?: Faults;
  readonly attemptTimeoutMs?: number;
}

/** The ledger's tables on the embedded DynamoDB, and the stores over them. */
export async function startLedgerTables({ faults, attemptTimeoutMs = 10_000 }: LedgerTablesOptions = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'portcullis-'));
  const dynamo = await startDynamoDb({ dataDir, tables, faults });
  const client = createJsonClient({
    service: 'dynamodb',
    region: 'us-east-1',
    endpoint: dynamo.endpoint,
    credentials: () => ({ accessKeyId: 'TESTKEY', secretAccessKey: 'test-secret' }),
    now: Date.now,
    random: Math.random,
    attemptTimeoutMs,
    totalTimeoutMs: 3 * attemptTimeoutMs,
  });
  const scopes = createDynamoScopeStore({ client, table: ledgerTable });
  const usage = { client, table: usageTable };
  const recordsAt = (now: () => number) =>
    createDynamoRecordStore({ ...usage, marks: createDynamoHourMarks({ ...usage, now }), scopes, now });
  return {
    endpoint: dynamo.endpoint,
    client,
    scopes,
    // No hour is over by that clock.
    records: recordsAt(() => 0),
    recordsAt,
    leases: createDynamoLeaseIndex({ client, table: ledgerTable }),
    createLedger: (now: () => number) => createDynamoLedger({ client, ledgerTable, usageTable, now }),
    /** As management does: new counters, or another version on those that are there. */
    async putPolicy({ scope, policyVersion }: Pick<ScopePolicy, 'scope' | 'policyVersion'>): Promise<void> {
      const state = (await scopes.read(scope)) ?? newScopeState({ policyVersion });
      const { policyVersion: _old, ...others } = state;
      const Key = scopeKey(scope);
      const assignments = Object.keys(others).map((name) => `#${name} = if_not_exists(#${name}, :${name})`);
      await client.call('UpdateItem', {
        TableName: ledgerTable,
        Key,
        UpdateExpression: `SET policyVersion = :version, ${assignments.join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(Object.keys(others).map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ':version': { N: String(policyVersion) },
          ...Object.fromEntries(Object.entries(encodeItem(others)).map(([name, value]) => [`:${name}`, value])),
        },
      });
    },
    async stop() {
      await dynamo.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
