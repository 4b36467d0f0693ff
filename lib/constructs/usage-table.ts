import { AttributeType, ProjectionType } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { ENV } from '../../lambdas/env.ts';
import type { GatewayFunction } from './gateway-function.ts';
import { GatewayTable, type TableProps } from './gateway-table.ts';

/** From when an hour may be folded: the keys alone, so that an hour can change without a write of it. */
const foldIndex = {
  indexName: 'folds',
  partitionKey: { name: 'foldShard', type: AttributeType.STRING },
  sortKey: { name: 'foldAfter', type: AttributeType.NUMBER },
  projectionType: ProjectionType.KEYS_ONLY,
};

/** An account's hours, and what each of them came to: no request record is among them. */
const HOURS = ['ACCOUNT#*#HOURS'];
/** Request records under zero logging. */
const UNLOGGED = ['UNLOGGED#*'];
/** Request records: of an account and an hour, in several partitions. */
const RECORDS = ['ACCOUNT#*#HOUR#*', ...UNLOGGED];
/** The index's own partitions. */
const FOLDS = ['FOLDS#*'];

/**
 * Request records and hourly usage. Restorable for 7 days only: point-in-time recovery keeps what has expired, and a
 * longer one would keep request records past the retention that was promised.
 */
export class UsageTable extends GatewayTable {
  constructor(scope: Construct, id: string, props: TableProps) {
    super(scope, id, { ...props, recoveryDays: 7, expires: true, index: foldIndex });
  }

  /** Puts the record of a request, and marks its hour. Nothing is read, listed or deleted. Sets USAGE_TABLE. */
  grantRecord(fn: GatewayFunction): void {
    this.allow(fn, { actions: ['PutItem'], partitions: RECORDS }, { actions: ['UpdateItem'], partitions: HOURS });
    fn.setEnvironment(ENV.usageTable, this.tableName);
  }

  /**
   * Looks whether there is a record of a request, puts it where there is none, and marks its hour. Nothing is listed or
   * deleted. Sets USAGE_TABLE.
   */
  grantSettle(fn: GatewayFunction): void {
    this.allow(
      fn,
      { actions: ['GetItem', 'PutItem'], partitions: RECORDS },
      { actions: ['UpdateItem'], partitions: HOURS },
    );
    fn.setEnvironment(ENV.usageTable, this.tableName);
  }

  /** Reads records and writes what hours came to. What it may delete is a record under zero logging. Sets USAGE_TABLE. */
  grantFold(fn: GatewayFunction): void {
    this.allow(
      fn,
      { actions: ['Query'], partitions: RECORDS },
      { actions: ['PutItem', 'UpdateItem'], partitions: HOURS },
      { actions: ['DeleteItem'], partitions: UNLOGGED, inTransaction: true },
    );
    this.allowIndex(fn, foldIndex.indexName, FOLDS);
    fn.setEnvironment(ENV.usageTable, this.tableName);
  }

  /** Reads records and what hours came to, and changes nothing. Sets USAGE_TABLE. */
  grantReport(fn: GatewayFunction): void {
    this.allow(
      fn,
      { actions: ['Query'], partitions: [...RECORDS, ...HOURS] },
      { actions: ['GetItem'], partitions: HOURS },
    );
    fn.setEnvironment(ENV.usageTable, this.tableName);
  }
}
