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

  /** Puts whole records, within transactions. Nothing is read back, scanned or deleted. Sets KEYS_TABLE. */
  grantCreate(fn: GatewayFunction): void {
    this.allow(fn, ['dynamodb:PutItem']);
    fn.setEnvironment(ENV.keysTable, this.tableName);
  }

  /** Reads and lists records, and puts whole ones within transactions. Nothing is scanned or deleted. Sets KEYS_TABLE. */
  grantManage(fn: GatewayFunction): void {
    this.allow(fn, [
      'dynamodb:GetItem',
      'dynamodb:BatchGetItem',
      'dynamodb:Query',
      'dynamodb:PutItem',
      'dynamodb:ConditionCheckItem',
    ]);
    fn.setEnvironment(ENV.keysTable, this.tableName);
  }
}
