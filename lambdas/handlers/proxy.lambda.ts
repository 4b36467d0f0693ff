import { createBedrockSigner } from '../aws/bedrock-signer.ts';
import { createDynamoCredentialVault } from '../aws/dynamo-credential-vault.ts';
import { createDynamoLedger } from '../aws/dynamo-ledger.ts';
import { createDynamoPolicyStore } from '../aws/dynamo-policy-store.ts';
import { createDynamoPriceBook } from '../aws/dynamo-price-book.ts';
import { createKmsEnvelopeOpener } from '../aws/kms-envelope-open.ts';
import { equalInConstantTime } from '../crypto/equal-in-constant-time.ts';
import { sha256Hex } from '../crypto/sha256-hex.ts';
import { ENV, proxyEnvironment, readAwsCredentials, readEnvironment } from '../env.ts';
import { parseApiGatewayEvent } from '../http/api-gateway-event.ts';
import { toLambdaHandler } from '../http/lambda-stream.ts';
import { createRouting } from '../operations/create-routing.ts';
import { createProviders } from '../providers/registry.ts';
import { createDataPlane } from './data-plane.ts';
import { openJsonClient } from './open-json-client.ts';

const { randomUUID } = process.getBuiltinModule('node:crypto');

const env = readEnvironment(proxyEnvironment);
const now = () => Date.now();
const nowSeconds = () => Math.floor(Date.now() / 1000);
const limits = { attemptTimeoutMs: 2_000, totalTimeoutMs: 5_000 };
const dynamodb = openJsonClient('dynamodb', env, limits);
const kms = openJsonClient('kms', env, limits);
const { [ENV.keysTable]: keysTable, [ENV.ledgerTable]: ledgerTable, [ENV.usageTable]: usageTable } = env;

const signForBedrock = createBedrockSigner(readAwsCredentials, now);

const serve = createDataPlane({
  policies: createDynamoPolicyStore({ client: dynamodb, keysTable, ledgerTable, now }),
  ledger: createDynamoLedger({ client: dynamodb, ledgerTable, usageTable, now }),
  credentials: createDynamoCredentialVault({
    client: dynamodb,
    table: keysTable,
    openEnvelope: createKmsEnvelopeOpener(kms),
    now,
  }),
  prices: createDynamoPriceBook({ client: dynamodb, table: keysTable, now }),
  providers: createProviders(env[ENV.upstreams], { newId: randomUUID, nowSeconds, signForBedrock }),
  routing: createRouting({ now, random: Math.random }),
  environments: env[ENV.environments],
  digestMatches: (secret, sha256) => equalInConstantTime(sha256Hex(secret), sha256),
  nowSeconds,
  nowMs: now,
  stage: env[ENV.stage],
  securityContacts: env[ENV.securityContacts],
  elapsedMs: () => performance.now(),
  // Not console.log: under Lambda's JSON log format that would wrap the line in another.
  writeLine: (line) => void process.stdout.write(`${line}\n`),
});

export const handler = toLambdaHandler((event, sink, remainingMs) =>
  serve(parseApiGatewayEvent(event, remainingMs), sink),
);
