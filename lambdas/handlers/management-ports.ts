import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { createAuditedTransaction } from '../aws/audited-transaction.ts';
import { createDynamoAccountCredentials } from '../aws/dynamo-account-credentials.ts';
import { createDynamoAccountRegistry } from '../aws/dynamo-account-registry.ts';
import { createDynamoAuditLogReader } from '../aws/dynamo-audit-log-reader.ts';
import { createDynamoInviteRegistry } from '../aws/dynamo-invite-registry.ts';
import { createDynamoKeyRegistry } from '../aws/dynamo-key-registry.ts';
import { createDynamoKeySecretVault } from '../aws/dynamo-key-secret-vault.ts';
import { createDynamoMemberRegistry } from '../aws/dynamo-member-registry.ts';
import { createDynamoRequestReader } from '../aws/dynamo-request-reader.ts';
import { createDynamoScopeReader } from '../aws/dynamo-scope-reader.ts';
import { createDynamoUsageReader } from '../aws/dynamo-usage-reader.ts';
import { createKmsEnvelopeOpener } from '../aws/kms-envelope-open.ts';
import { createKmsEnvelopeSealer } from '../aws/kms-envelope-seal.ts';
import { sdkTimeLimits } from '../aws/sdk-time-limits.ts';
import { canonicalDigest } from '../crypto/canonical-digest.ts';
import { equalInConstantTime } from '../crypto/equal-in-constant-time.ts';
import { randomBase62 } from '../crypto/random-base62.ts';
import { sha256Hex } from '../crypto/sha256-hex.ts';
import { ENV, type managementEnvironment, type readEnvironment } from '../env.ts';
import { openJsonClient } from './open-json-client.ts';

type Environment = ReturnType<typeof readEnvironment<ReturnType<typeof managementEnvironment>>>;

/** All that the operations on an account, its members and its keys need. */
export function createManagementPorts(env: Environment) {
  const { [ENV.keysTable]: keysTable, [ENV.ledgerTable]: ledgerTable, [ENV.auditTable]: auditTable } = env;
  const usageTable = env[ENV.usageTable];
  const now = () => Date.now();
  const nowSeconds = () => Math.floor(Date.now() / 1000);
  const client = openJsonClient('dynamodb', env);
  const commit = createAuditedTransaction({
    client: new DynamoDBClient({ requestHandler: sdkTimeLimits }),
    table: auditTable,
    digest: canonicalDigest,
    random: Math.random,
  });
  const store = { client, commit, keysTable, ledgerTable };
  return {
    keys: createDynamoKeyRegistry(store),
    accounts: createDynamoAccountRegistry(store),
    members: createDynamoMemberRegistry(store),
    invites: createDynamoInviteRegistry({ ...store, nowSeconds }),
    accountCredentials: createDynamoAccountCredentials(store),
    keySecrets: createDynamoKeySecretVault({
      client,
      table: keysTable,
      openEnvelope: createKmsEnvelopeOpener(openJsonClient('kms', env)),
    }),
    sealSecret: createKmsEnvelopeSealer({
      client: new KMSClient({ requestHandler: sdkTimeLimits }),
      keyArn: env[ENV.envelopeKeyArn],
    }),
    takesCredential: (provider: string) => 'credential' in (env[ENV.upstreams][provider] ?? {}),
    scopes: createDynamoScopeReader({ client, table: ledgerTable, now }),
    usage: createDynamoUsageReader({ client, table: usageTable, now }),
    requests: createDynamoRequestReader({ client, table: usageTable, now }),
    environments: env[ENV.environments],
    digestMatches: (secret: string, sha256: string) => equalInConstantTime(sha256Hex(secret), sha256),
    nowSeconds,
    elapsedMs: () => performance.now(),
    randomBase62: (length: number) => randomBase62(length),
    sha256Hex,
    auditLog: createDynamoAuditLogReader({ client, table: auditTable }),
    digest: canonicalDigest,
  };
}
