import { createDynamoHourMarks } from '../../lambdas/aws/dynamo-hour-marks.ts';
import { createDynamoLeaseIndex } from '../../lambdas/aws/dynamo-lease-index.ts';
import { createDynamoRecordStore } from '../../lambdas/aws/dynamo-record-store.ts';
import { createDynamoScopeStore } from '../../lambdas/aws/dynamo-scope-store.ts';
import { createJsonClient } from '../../lambdas/aws/json-client.ts';
import { type SweepReport, sweepLeases } from '../../lambdas/operations/sweep-leases.ts';
import { accessKeyIdOf } from '../../local/iam/gatekeeper.ts';

export interface SweptStack {
  readonly endpoint: string;
  readonly ledgerTable: string;
  readonly usageTable: string;
  /** The sweeper's physical name: what runs here is held to its role as well. */
  readonly sweeper: string;
}

/** The sweeper as it deploys, on a running stack's tables, by a clock that is `aheadMs` ahead: leases last 15 minutes. */
export async function sweepAhead(stack: SweptStack, aheadMs: number): Promise<SweepReport> {
  const failures: unknown[] = [];
  const client = createJsonClient({
    service: 'dynamodb',
    region: 'us-east-1',
    endpoint: stack.endpoint,
    credentials: () => ({ accessKeyId: accessKeyIdOf(stack.sweeper), secretAccessKey: 'test' }),
    now: () => Date.now(),
    random: Math.random,
  });
  const ledger = { client, table: stack.ledgerTable };
  const usage = { client, table: stack.usageTable };
  const now = () => Date.now() + aheadMs;
  const scopes = createDynamoScopeStore(ledger);
  const report = await sweepLeases({
    leases: createDynamoLeaseIndex(ledger),
    scopes,
    records: createDynamoRecordStore({ ...usage, marks: createDynamoHourMarks({ ...usage, now }), scopes, now }),
    now,
    onFailure: (cause) => failures.push(cause),
  });
  if (failures.length > 0) throw new AggregateError(failures, 'scopes that could not be swept');
  return report;
}
