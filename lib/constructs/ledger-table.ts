import { AttributeType, ProjectionType } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { ENV } from '../../lambdas/env.ts';
import type { GatewayFunction } from './gateway-function.ts';
import { GatewayTable, type TableProps } from './gateway-table.ts';

/** Where a lease may have ended, in quarter hours: the keys alone, so that counters can change without a write of it. */
const leaseIndex = {
  indexName: 'leases',
  partitionKey: { name: 'leaseShard', type: AttributeType.STRING },
  sortKey: { name: 'leaseBucket', type: AttributeType.NUMBER },
  projectionType: ProjectionType.KEYS_ONLY,
};

/** Every item is one scope's; the index has them by its own partitions. */
const scopes = ['SCOPE#*'];
const leases = ['LEASES#*'];

/** Counters: what each scope has spent and holds reserved. Apart from `keys`, so that the data plane writes no policy. */
export class LedgerTable extends GatewayTable {
  constructor(scope: Construct, id: string, props: TableProps) {
    super(scope, id, { ...props, recoveryDays: 35, expires: true, index: leaseIndex });
  }

  /**
   * Reserves and settles, one scope at a time, by writes that answer with what they wrote; reads one only where such an
   * answer was lost. Sets LEDGER_TABLE.
   */
  grantReserve(fn: GatewayFunction): void {
    this.allow(fn, { actions: ['GetItem', 'UpdateItem'], partitions: scopes });
    fn.setEnvironment(ENV.ledgerTable, this.tableName);
  }

  /** Settles, and finds what is to be settled. Sets LEDGER_TABLE. */
  grantSweep(fn: GatewayFunction): void {
    this.allow(fn, { actions: ['GetItem', 'UpdateItem'], partitions: scopes });
    fn.setEnvironment(ENV.ledgerTable, this.tableName);
    this.allowIndex(fn, leaseIndex.indexName, leases);
  }

  /** Looks at one scope at a time, and changes nothing. Sets LEDGER_TABLE. */
  grantLook(fn: GatewayFunction): void {
    this.allow(fn, { actions: ['GetItem'], partitions: scopes });
    fn.setEnvironment(ENV.ledgerTable, this.tableName);
  }

  /** Opens counters, raises their policy version within a transaction, and reads them back. Sets LEDGER_TABLE. */
  grantManage(fn: GatewayFunction): void {
    this.allow(
      fn,
      { actions: ['BatchGetItem'], partitions: scopes },
      { actions: ['UpdateItem'], partitions: scopes, inTransaction: true },
    );
    fn.setEnvironment(ENV.ledgerTable, this.tableName);
  }
}
