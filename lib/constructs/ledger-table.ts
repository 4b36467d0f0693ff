import type { Construct } from 'constructs';
import { GatewayTable, type TableProps } from './gateway-table.ts';

/** Counters: what each scope has spent and holds reserved. Apart from `keys`, so that the data plane writes no policy. */
export class LedgerTable extends GatewayTable {
  constructor(scope: Construct, id: string, props: TableProps) {
    super(scope, id, { ...props, recoveryDays: 35, expires: true });
  }
}
