import type { Construct } from 'constructs';
import { ENV } from '../../lambdas/env.ts';
import type { GatewayFunction } from './gateway-function.ts';
import { GatewayTable, type TableProps } from './gateway-table.ts';

/** Policy: accounts, members, virtual keys (as hashes) and provider credentials (under the envelope key). */
export class KeysTable extends GatewayTable {
  constructor(scope: Construct, id: string, props: TableProps) {
    super(scope, id, { ...props, recoveryDays: 35, expires: true });
  }

  /** One record at a time, and nothing of it changed. Sets KEYS_TABLE. */
  grantRead(fn: GatewayFunction): void {
    this.allow(fn, ['dynamodb:GetItem']);
    fn.setEnvironment(ENV.keysTable, this.tableName);
  }

  /** Reads and writes, in transactions too; no scan, and no deletion: what ends is marked, and expires. Sets KEYS_TABLE. */
  grantManage(fn: GatewayFunction): void {
    this.allow(fn, ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:ConditionCheckItem']);
    fn.setEnvironment(ENV.keysTable, this.tableName);
  }
}
