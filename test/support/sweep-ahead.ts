import { createDynamoLeaseIndex } from '../../lambdas/aws/dynamo-lease-index.ts';
import { createDynamoRecordStore } from '../../lambdas/aws/dynamo-record-store.ts';
import { createDynamoScopeStore } from '../../lambdas/aws/dynamo-scope-store.ts';
import { createJsonClient } from '../../lambdas/aws/json-client.ts';
import { type SweepReport, sweepLeases } from '../../lambdas/operations/sweep-leases.ts';

export interface SweptTables {
  readonly ledger: string;
  readonly usage: string;
}

/** The sweeper as it deploys, on a running stack's tables, by a clock that is `aheadMs` ahead: leases last 15 minutes. */
export async function sweepAhead(endpoint: string, tables: SweptTables, aheadMs: number): Promise<SweepReport> {
  const failures: unknown[] = [];
  const client = createJsonClient({
    service: 'dynamodb',
    region: 'us-east-1',
    endpoint,
    credentials: () => ({ accessKeyId: 'TEST', secretAccessKey: 'test' }),
    now: () => Date.now(),
    random: Math.random,
  });
  const ledger = { client, table: tables.ledger };
  const report = await sweepLeases({
    leases: createDynamoLeaseIndex(ledger),
    scopes: createDynamoScopeStore(ledger),
    records: createDynamoRecordStore({ client, table: tables.usage }),
    now: () => Date.now() + aheadMs,
    onFailure: (cause) => failures.push(cause),
  });
  if (failures.length > 0) throw new AggregateError(failures, 'scopes that could not be swept');
  return report;
}
