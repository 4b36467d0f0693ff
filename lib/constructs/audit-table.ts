import { StreamViewType } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { ENV } from '../../lambdas/env.ts';
import type { GatewayFunction } from './gateway-function.ts';
import { GatewayTable, type TableProps } from './gateway-table.ts';

/** Audit events and the heads of their hash chains. Nothing expires here, and nobody is ever granted a deletion. */
export class AuditTable extends GatewayTable {
  constructor(scope: Construct, id: string, props: TableProps) {
    super(scope, id, { ...props, recoveryDays: 35, stream: StreamViewType.NEW_IMAGE });
  }

  /** Writes events and moves the chain head on, within the transaction of the change that they record. Sets AUDIT_TABLE. */
  grantAppend(fn: GatewayFunction): void {
    this.allow(fn, ['dynamodb:GetItem', 'dynamodb:PutItem']);
    fn.setEnvironment(ENV.auditTable, this.tableName);
  }
}
