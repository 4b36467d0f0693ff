import type { Construct } from 'constructs';
import { GatewayTable, type TableProps } from './gateway-table.ts';

/**
 * Request records and hourly usage. Restorable for 7 days only: point-in-time recovery keeps what has expired, and a
 * longer one would keep request records past the retention that was promised.
 */
export class UsageTable extends GatewayTable {
  constructor(scope: Construct, id: string, props: TableProps) {
    super(scope, id, { ...props, recoveryDays: 7, expires: true });
  }
}
