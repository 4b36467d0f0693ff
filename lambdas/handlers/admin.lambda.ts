import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import middy from '@middy/core';
import { createAuditedTransaction } from '../aws/audited-transaction.ts';
import { createDynamoAccountRegistry } from '../aws/dynamo-account-registry.ts';
import { createDynamoAccountStore } from '../aws/dynamo-account-store.ts';
import { createDynamoCredentialStore } from '../aws/dynamo-credential-store.ts';
import { createDynamoPriceStore } from '../aws/dynamo-price-store.ts';
import { createDynamoScopeReader } from '../aws/dynamo-scope-reader.ts';
import { createDynamoSecretShelf } from '../aws/dynamo-secret-shelf.ts';
import { createKmsEnvelopeSealer } from '../aws/kms-envelope-seal.ts';
import { createKmsRewrapper } from '../aws/kms-rewrap.ts';
import { sdkTimeLimits } from '../aws/sdk-time-limits.ts';
import { canonicalDigest } from '../crypto/canonical-digest.ts';
import { randomBase62 } from '../crypto/random-base62.ts';
import { sha256Hex } from '../crypto/sha256-hex.ts';
import { adminEnvironment, ENV, readEnvironment } from '../env.ts';
import { answerFaults } from '../http/answer-faults.ts';
import { identifyOperator } from '../http/identify-operator.ts';
import { readManagementRequest } from '../http/management-request.ts';
import { createManagementRouter } from '../http/route-management.ts';
import { openJsonClient } from './open-json-client.ts';
import { operatorRoutes } from './operator-routes.ts';

const env = readEnvironment(adminEnvironment);
const { [ENV.keysTable]: keysTable, [ENV.ledgerTable]: ledgerTable } = env;
const dynamodb = new DynamoDBClient({ requestHandler: sdkTimeLimits });
const kms = new KMSClient({ requestHandler: sdkTimeLimits });
const commit = createAuditedTransaction({
  client: dynamodb,
  table: env[ENV.auditTable],
  digest: canonicalDigest,
  random: Math.random,
});
const client = openJsonClient('dynamodb', env);
const store = { client, commit, keysTable, ledgerTable };
const writeLine = (line: string) => void process.stdout.write(`${line}\n`);

const route = createManagementRouter(
  operatorRoutes({
    accounts: { ...createDynamoAccountStore(store), ...createDynamoAccountRegistry(store) },
    scopes: createDynamoScopeReader({ client, table: ledgerTable, now: () => Date.now() }),
    prices: createDynamoPriceStore({ client, table: keysTable, commit }),
    credentials: createDynamoCredentialStore({ table: keysTable, commit }),
    secretShelf: createDynamoSecretShelf(store),
    rewrapEnvelope: createKmsRewrapper({ client: kms, keyArn: env[ENV.envelopeKeyArn] }),
    sealSecret: createKmsEnvelopeSealer({ client: kms, keyArn: env[ENV.envelopeKeyArn] }),
    takesCredential: (name) => 'credential' in (env[ENV.upstreams][name] ?? {}),
    nowSeconds: () => Math.floor(Date.now() / 1000),
    randomBase62: (length) => randomBase62(length),
    sha256Hex,
  }),
  identifyOperator,
);

export const handler = middy()
  .use(answerFaults({ stage: env[ENV.stage], nowMs: () => Date.now(), writeLine }))
  .use(readManagementRequest())
  .handler(route);
