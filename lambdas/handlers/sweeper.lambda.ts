import { createDynamoLeaseIndex } from '../aws/dynamo-lease-index.ts';
import { createDynamoRecordStore } from '../aws/dynamo-record-store.ts';
import { createDynamoScopeStore } from '../aws/dynamo-scope-store.ts';
import { createJsonClient } from '../aws/json-client.ts';
import { ENV, readAwsCredentials, readEnvironment, sweeperEnvironment } from '../env.ts';
import { logFault } from '../http/request-log.ts';
import { sweepLeases } from '../operations/sweep-leases.ts';

const env = readEnvironment(sweeperEnvironment);
const now = () => Date.now();
const client = createJsonClient({
  service: 'dynamodb',
  region: env.AWS_REGION,
  endpoint: env.AWS_ENDPOINT_URL_DYNAMODB,
  credentials: readAwsCredentials,
  now,
  random: Math.random,
});
const ledger = { client, table: env[ENV.ledgerTable] };
const writeLine = (line: string) => void process.stdout.write(`${line}\n`);

/** Once a minute, by the schedule. What fails is tried again in the next minute, so nothing is thrown. */
export async function handler(_event: unknown, { awsRequestId }: { readonly awsRequestId: string }): Promise<void> {
  const onFailure = (cause: unknown) => logFault(writeLine, awsRequestId, cause);
  const ports = {
    leases: createDynamoLeaseIndex(ledger),
    scopes: createDynamoScopeStore(ledger),
    records: createDynamoRecordStore({ client, table: env[ENV.usageTable] }),
    now,
    onFailure,
  };
  const report = await sweepLeases(ports);
  writeLine(JSON.stringify({ event: 'sweep', requestId: awsRequestId, ...report }));
}
