import type { Construct } from 'constructs';
import { ENV } from '../../lambdas/env.ts';
import type { GatewayFunction } from './gateway-function.ts';
import { GatewayTable, type TableProps } from './gateway-table.ts';

/** Counters: what each scope has spent and holds reserved. Apart from `keys`, so that the data plane writes no policy. */
export class LedgerTable extends GatewayTable {
  constructor(scope: Construct, id: string, props: TableProps) {
    super(scope, id, { ...props, recoveryDays: 35, expires: true });
  }

  /** Reserves and settles: one item at a time, and no item is ever put or deleted. Sets LEDGER_TABLE. */
  grantCharge(fn: GatewayFunction): void {
    this.allow(fn, ['dynamodb:GetItem', 'dynamodb:UpdateItem']);
    fn.setEnvironment(ENV.ledgerTable, this.tableName);
  }

  /** Opens the counters of new accounts and keys, within the transaction that makes them. Sets LEDGER_TABLE. */
  grantOpen(fn: GatewayFunction): void {
    this.allow(fn, ['dynamodb:UpdateItem']);
    fn.setEnvironment(ENV.ledgerTable, this.tableName);
  }

  /** Opens counters, raises their policy version within a transaction, and reads them back. Sets LEDGER_TABLE. */
  grantManage(fn: GatewayFunction): void {
    this.allow(fn, ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem']);
    fn.setEnvironment(ENV.ledgerTable, this.tableName);
  }
}
