import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import { createAuditedTransaction } from '../aws/audited-transaction.ts';
import { createDynamoAccountDirectory } from '../aws/dynamo-account-directory.ts';
import { createDynamoAuditLogReader } from '../aws/dynamo-audit-log-reader.ts';
import { createDynamoKeyRegistry } from '../aws/dynamo-key-registry.ts';
import { createDynamoMemberRegistry } from '../aws/dynamo-member-registry.ts';
import { createDynamoRequestReader } from '../aws/dynamo-request-reader.ts';
import { createDynamoScopeReader } from '../aws/dynamo-scope-reader.ts';
import { createDynamoUsageReader } from '../aws/dynamo-usage-reader.ts';
import { sdkTimeLimits } from '../aws/sdk-time-limits.ts';
import { canonicalDigest } from '../crypto/canonical-digest.ts';
import { equalInConstantTime } from '../crypto/equal-in-constant-time.ts';
import { randomBase62 } from '../crypto/random-base62.ts';
import { sha256Hex } from '../crypto/sha256-hex.ts';
import { ENV, managementEnvironment, readEnvironment } from '../env.ts';
import { createAccountRouter } from '../http/account-router.ts';
import { answerFaults } from '../http/answer-faults.ts';
import { readManagementRequest } from '../http/management-request.ts';
import { readPresented } from '../http/read-presented.ts';
import { identifyCaller } from '../operations/identify-caller.ts';
import { auditRoutes } from './audit-routes.ts';
import { keyRoutes } from './key-routes.ts';
import { openJsonClient } from './open-json-client.ts';
import { usageRoutes } from './usage-routes.ts';

const env = readEnvironment(managementEnvironment);
const { [ENV.keysTable]: keysTable, [ENV.ledgerTable]: ledgerTable, [ENV.auditTable]: auditTable } = env;
const usageTable = env[ENV.usageTable];
const now = () => Date.now();
const writer = new DynamoDBClient({ requestHandler: sdkTimeLimits });
const client = openJsonClient('dynamodb', env);
const audit = { client: writer, table: auditTable, digest: canonicalDigest, random: Math.random };
const commit = createAuditedTransaction(audit);

const ports = {
  keys: createDynamoKeyRegistry({ client, commit, keysTable, ledgerTable }),
  accounts: createDynamoAccountDirectory({ client, table: keysTable }),
  members: createDynamoMemberRegistry({ client, table: keysTable }),
  scopes: createDynamoScopeReader({ client, table: ledgerTable, now }),
  auditLog: createDynamoAuditLogReader({ client, table: auditTable }),
  digest: canonicalDigest,
  environments: env[ENV.environments],
  usage: createDynamoUsageReader({ client, table: usageTable, now }),
  requests: createDynamoRequestReader({ client, table: usageTable, now }),
  digestMatches: (secret: string, sha256: string) => equalInConstantTime(sha256Hex(secret), sha256),
  nowSeconds: () => Math.floor(Date.now() / 1000),
  elapsedMs: () => performance.now(),
  randomBase62: (length: number) => randomBase62(length),
  sha256Hex,
};
const routes = [...keyRoutes(ports), ...auditRoutes(ports), ...usageRoutes(ports)];
const route = createAccountRouter(routes, (request) => identifyCaller(readPresented(request), ports));
const writeLine = (line: string) => void process.stdout.write(`${line}\n`);

export const handler = middy()
  .use(answerFaults({ stage: env[ENV.stage], nowMs: now, writeLine }))
  .use(readManagementRequest())
  .handler(route);
