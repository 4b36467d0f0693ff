import { createDynamoFoldStore } from '../aws/dynamo-fold-store.ts';
import { createDynamoScopeStore } from '../aws/dynamo-scope-store.ts';
import { createJsonClient } from '../aws/json-client.ts';
import { ENV, folderEnvironment, readAwsCredentials, readEnvironment } from '../env.ts';
import { logFault } from '../http/request-log.ts';
import { foldUsage } from '../operations/fold-usage.ts';

const env = readEnvironment(folderEnvironment);
const now = () => Date.now();
const client = createJsonClient({
  service: 'dynamodb',
  region: env.AWS_REGION,
  endpoint: env.AWS_ENDPOINT_URL_DYNAMODB,
  credentials: readAwsCredentials,
  now,
  random: Math.random,
});
const store = createDynamoFoldStore({ client, table: env[ENV.usageTable] });
const scopes = createDynamoScopeStore({ client, table: env[ENV.ledgerTable] });
const writeLine = (line: string) => void process.stdout.write(`${line}\n`);

interface Context {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** By the schedule. What fails, or is left when the time is up, has its turn the next time, so nothing is thrown. */
export async function handler(_event: unknown, context: Context): Promise<void> {
  const { awsRequestId: requestId } = context;
  const onFailure = (cause: unknown) => logFault(writeLine, requestId, cause);
  const remainingMs = () => context.getRemainingTimeInMillis();
  const report = await foldUsage({ store, scopes, now, remainingMs, onFailure });
  writeLine(JSON.stringify({ event: 'fold', requestId, ...report }));
}
