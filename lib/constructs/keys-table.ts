import type { Construct } from 'constructs';
import { ENV } from '../../lambdas/env.ts';
import type { GatewayFunction } from './gateway-function.ts';
import { GatewayTable, type TableProps } from './gateway-table.ts';

/** Of accounts and the lists of what is theirs, of keys, of secrets by whose they are, and of the list of all accounts. */
const accounts = 'ACCOUNT#*';
const keys = 'KEY#*';
const credentials = 'TENANT#*';
/** Of the operator's own prices: one record. */
const prices = 'TENANT#operator#PRICES';
const operatorCredentials = 'TENANT#operator';
const accountCredentials = 'TENANT#acct_*';
const listOfAccounts = 'ACCOUNTS';

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

  /**
   * Reads and lists accounts, and puts whole records of theirs, of keys and of credentials within transactions; reads no key.
   * Sets KEYS_TABLE.
   */
  grantAdminister(fn: GatewayFunction): void {
    this.allow(
      fn,
      { actions: ['GetItem', 'BatchGetItem'], partitions: [accounts] },
      { actions: ['GetItem'], partitions: [prices] },
      { actions: ['Query'], partitions: [listOfAccounts, credentials] },
      {
        actions: ['PutItem'],
        partitions: [accounts, listOfAccounts, keys, operatorCredentials, prices],
        inTransaction: true,
      },
      { actions: ['UpdateItem'], partitions: [credentials], inTransaction: true },
    );
    fn.setEnvironment(ENV.keysTable, this.tableName);
  }

  /**
   * Reads and lists accounts, members and keys, and puts whole records of theirs and of what is sealed for accounts within
   * transactions. Nothing is scanned or deleted, and the operator's credentials are out of reach. Sets KEYS_TABLE.
   */
  grantManage(fn: GatewayFunction): void {
    this.allow(
      fn,
      { actions: ['GetItem'], partitions: [accounts, keys, accountCredentials] },
      { actions: ['BatchGetItem', 'ConditionCheckItem'], partitions: [accounts, keys] },
      { actions: ['Query'], partitions: [accounts] },
      { actions: ['PutItem'], partitions: [accounts, keys, accountCredentials], inTransaction: true },
    );
    fn.setEnvironment(ENV.keysTable, this.tableName);
  }
}
