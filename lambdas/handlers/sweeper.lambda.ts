import { createDynamoHourMarks } from '../aws/dynamo-hour-marks.ts';
import { createDynamoLeaseIndex } from '../aws/dynamo-lease-index.ts';
import { createDynamoRecordStore } from '../aws/dynamo-record-store.ts';
import { createDynamoScopeStore } from '../aws/dynamo-scope-store.ts';
import { ENV, readEnvironment, sweeperEnvironment } from '../env.ts';
import { logFault } from '../http/request-log.ts';
import { sweepLeases } from '../operations/sweep-leases.ts';
import { openJsonClient } from './open-json-client.ts';

const env = readEnvironment(sweeperEnvironment);
const now = () => Date.now();
const client = openJsonClient('dynamodb', env);
const ledger = { client, table: env[ENV.ledgerTable] };
const usage = { client, table: env[ENV.usageTable] };
const leases = createDynamoLeaseIndex(ledger);
const scopes = createDynamoScopeStore(ledger);
const marks = createDynamoHourMarks({ ...usage, now });
const records = createDynamoRecordStore({ ...usage, marks, scopes, now });
const writeLine = (line: string) => void process.stdout.write(`${line}\n`);

/** Once a minute, by the schedule. What fails is tried again in the next minute, so nothing is thrown. */
export async function handler(_event: unknown, { awsRequestId }: { readonly awsRequestId: string }): Promise<void> {
  const onFailure = (cause: unknown) => logFault(writeLine, awsRequestId, cause);
  const report = await sweepLeases({ leases, scopes, records, now, onFailure });
  writeLine(JSON.stringify({ event: 'sweep', requestId: awsRequestId, ...report }));
}
