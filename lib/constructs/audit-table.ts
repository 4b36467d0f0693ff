import { StreamViewType } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { ENV } from '../../lambdas/env.ts';
import type { GatewayFunction } from './gateway-function.ts';
import { GatewayTable, type TableProps } from './gateway-table.ts';

/** One chain for each account, and the operator's own. */
const accounts = 'ACCOUNT#*';
const operator = 'TENANT#*';

/** Audit events and the heads of their hash chains. Nothing expires here, and nobody is ever granted a deletion. */
export class AuditTable extends GatewayTable {
  constructor(scope: Construct, id: string, props: TableProps) {
    super(scope, id, { ...props, recoveryDays: 35, stream: StreamViewType.NEW_IMAGE });
  }

  /**
   * Writes events of accounts, and where it says so of the operator, and moves the chain head on, within the transaction of
   * the change that they record. Sets AUDIT_TABLE.
   */
  grantAppend(fn: GatewayFunction, ofOperator = false): void {
    const chains = ofOperator ? [accounts, operator] : [accounts];
    this.allow(
      fn,
      { actions: ['GetItem'], partitions: chains },
      { actions: ['PutItem'], partitions: chains, inTransaction: true },
    );
    fn.setEnvironment(ENV.auditTable, this.tableName);
  }

  /** Reads the events of an account in their order, and one by its place. Comes on top of `grantAppend`. */
  grantRead(fn: GatewayFunction): void {
    this.allow(fn, { actions: ['Query'], partitions: [accounts] });
  }
}
