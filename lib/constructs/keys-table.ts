import type { Construct } from 'constructs';
import { ENV } from '../../lambdas/env.ts';
import type { GatewayFunction } from './gateway-function.ts';
import { GatewayTable, type TableProps } from './gateway-table.ts';

/** Of accounts and the lists of their keys, of keys, and of provider credentials by whose they are. */
const accounts = 'ACCOUNT#*';
const keys = 'KEY#*';
const credentials = 'TENANT#*';
/** Of the operator's own prices: one record. */
const prices = 'TENANT#operator#PRICES';

/**
 * Policy: accounts, members, virtual keys (as hashes) and provider credentials (under the envelope key). Restorable for 7
 * days only: whoever was erased is gone from the backups a week later.
 */
export class KeysTable extends GatewayTable {
  constructor(scope: Construct, id: string, props: TableProps) {
    super(scope, id, { ...props, recoveryDays: 7, expires: true });
  }

  /** One record at a time, and nothing of it changed. Sets KEYS_TABLE. */
  grantRead(fn: GatewayFunction): void {
    this.allow(fn, { actions: ['GetItem'], partitions: [accounts, keys, credentials] });
    fn.setEnvironment(ENV.keysTable, this.tableName);
  }

  /** Puts whole records, within transactions. Nothing but prices is read back, nothing scanned or deleted. Sets KEYS_TABLE. */
  grantCreate(fn: GatewayFunction): void {
    this.allow(
      fn,
      { actions: ['GetItem'], partitions: [prices] },
      { actions: ['PutItem'], partitions: [accounts, keys, credentials], inTransaction: true },
    );
    fn.setEnvironment(ENV.keysTable, this.tableName);
  }

  /**
   * Reads and lists accounts and keys, and puts whole records of theirs within transactions. Nothing is scanned or deleted,
   * and provider credentials are out of reach. Sets KEYS_TABLE.
   */
  grantManage(fn: GatewayFunction): void {
    this.allow(
      fn,
      { actions: ['GetItem'], partitions: [accounts, keys] },
      { actions: ['BatchGetItem'], partitions: [keys] },
      { actions: ['ConditionCheckItem'], partitions: [accounts, keys] },
      { actions: ['Query'], partitions: [accounts] },
      { actions: ['PutItem'], partitions: [accounts, keys], inTransaction: true },
    );
    fn.setEnvironment(ENV.keysTable, this.tableName);
  }
}
