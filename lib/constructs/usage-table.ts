import type { Construct } from 'constructs';
import { ENV } from '../../lambdas/env.ts';
import type { GatewayFunction } from './gateway-function.ts';
import { GatewayTable, type TableProps } from './gateway-table.ts';

/**
 * Request records and hourly usage. Restorable for 7 days only: point-in-time recovery keeps what has expired, and a
 * longer one would keep request records past the retention that was promised.
 */
export class UsageTable extends GatewayTable {
  constructor(scope: Construct, id: string, props: TableProps) {
    super(scope, id, { ...props, recoveryDays: 7, expires: true });
  }

  /** Puts the record of a request. Nothing is read, listed or deleted. Sets USAGE_TABLE. */
  grantRecord(fn: GatewayFunction): void {
    this.allow(fn, { actions: ['PutItem'], partitions: ['ACCOUNT#*'] });
    fn.setEnvironment(ENV.usageTable, this.tableName);
  }

  /** Looks whether there is a record of a request, and puts it where there is none. Sets USAGE_TABLE. */
  grantSettle(fn: GatewayFunction): void {
    this.allow(fn, { actions: ['GetItem', 'PutItem'], partitions: ['ACCOUNT#*'] });
    fn.setEnvironment(ENV.usageTable, this.tableName);
  }
}
