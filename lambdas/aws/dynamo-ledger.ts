import { createLedger } from '../domain/limits/create-ledger.ts';
import type { Ledger } from '../domain/limits/ledger.ts';
import { accountIdOf } from '../domain/limits/scope-names.ts';
import { createDynamoHourMarks } from './dynamo-hour-marks.ts';
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

/**
 * One UpdateItem for each scope, in parallel, to reserve; one PutItem, then the same again, to settle. The first request
 * of an account in an hour marks the hour beside its reservation, and waits for that no sooner than it is settled.
 */
export function createDynamoLedger({ client, ledgerTable, usageTable, now }: DynamoLedgerOptions): Ledger {
  const marks = createDynamoHourMarks({ client, table: usageTable, now });
  const scopes = createDynamoScopeStore({ client, table: ledgerTable });
  const records = createDynamoRecordStore({ client, table: usageTable, marks, scopes, now });
  const ledger = createLedger({ scopes, records, now });
  return {
    ...ledger,
    async reserve(demand) {
      const { requestId, startedAtMs, retention } = demand;
      const accountId = accountIdOf(demand.scopes.map(({ scope }) => scope));
      marks.begin({ requestId, startedAtMs, accountId }, retention);
      return ledger.reserve(demand);
    },
  };
}
