import { startLedgerTables } from '../support/dynamo-ledger.ts';
import { describeLedger } from '../support/ledger-suite.ts';

describeLedger('DynamoDB', () => startLedgerTables());
