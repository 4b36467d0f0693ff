import { createLedger } from '../domain/limits/create-ledger.ts';
import type { Ledger } from '../domain/limits/ledger.ts';
import { createDynamoRecordStore } from './dynamo-record-store.ts';
import { createDynamoScopeStore } from './dynamo-scope-store.ts';
import type { JsonClient } from './json-client.ts';

export interface DynamoLedgerOptions {
  readonly client: JsonClient;
  readonly ledgerTable: string;
  readonly usageTable: string;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** One UpdateItem for each scope, in parallel, to reserve; one PutItem, then the same again, to settle. */
export function createDynamoLedger({ client, ledgerTable, usageTable, now }: DynamoLedgerOptions): Ledger {
  return createLedger({
    scopes: createDynamoScopeStore({ client, table: ledgerTable }),
    records: createDynamoRecordStore({ client, table: usageTable }),
    now,
  });
}
