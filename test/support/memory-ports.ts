import { randomUUID } from 'node:crypto';
import { equalInConstantTime } from '../../lambdas/crypto/equal-in-constant-time.ts';
import { sha256Hex } from '../../lambdas/crypto/sha256-hex.ts';
import type { AccountRecord } from '../../lambdas/domain/accounts/account-record.ts';
import { composeKey } from '../../lambdas/domain/keys/key-format.ts';
import type { KeyRecord } from '../../lambdas/domain/keys/key-record.ts';
import { accountScope, scopesOfKey } from '../../lambdas/domain/limits/scopes-of.ts';
import { toPriceList } from '../../lambdas/domain/pricing/price-list.ts';
import type { PriceOverrides } from '../../lambdas/domain/pricing/price-overrides.ts';
import type { DataPlanePorts } from '../../lambdas/handlers/data-plane.ts';
import { createRouting } from '../../lambdas/operations/create-routing.ts';
import { createProviders, type ProviderConfig } from '../../lambdas/providers/registry.ts';
import { createMemoryLedger, createMemoryStores, type MemoryStores } from './memory-ledger.ts';

const secret = 'S3cretS3cretS3cretS3cretS3cret00';
export const publicId = 'PublicId0001';
export const validKey = composeKey({ publicId, secret });
/** Well-formed, and of no account. */
export const unknownKey = composeKey({ publicId: 'PublicId0002', secret });
/** The right public id with another secret. */
export const forgedKey = composeKey({ publicId, secret: secret.replace('00', '01') });

export const keyRecord: KeyRecord = {
  schemaVersion: 1,
  id: publicId,
  accountId: 'acct_test',
  name: 'test',
  type: 'master',
  status: 'active',
  secretSha256: sha256Hex(secret),
  last4: validKey.slice(-4),
  createdAt: 1_700_000_000,
  policyVersion: 1,
};

/** On the plan that limits nothing. */
export const accountRecord: AccountRecord = {
  schemaVersion: 1,
  id: 'acct_test',
  name: 'test',
  plan: 'enterprise',
  status: 'active',
  createdAt: 1_700_000_000,
  policyVersion: 1,
};

export interface MemoryPorts extends DataPlanePorts {
  readonly lines: string[];
  readonly stores: MemoryStores;
}

export interface MemoryPortsOptions {
  readonly record?: KeyRecord;
  readonly account?: AccountRecord;
  readonly upstreams?: Readonly<Record<string, ProviderConfig>>;
  readonly credentials?: Readonly<Record<string, string>>;
  /** The operator's own. */
  readonly prices?: PriceOverrides;
  /** Unix milliseconds. @default the time now */
  readonly nowMs?: () => number;
}

/** The ports of the data plane, in memory: one key, the given providers. */
export function createMemoryPorts({
  record = keyRecord,
  account = accountRecord,
  upstreams = {},
  credentials = {},
  prices = {},
  nowMs = () => Date.now(),
}: MemoryPortsOptions): MemoryPorts {
  const lines: string[] = [];
  const stores = createMemoryStores();
  for (const policy of [...scopesOfKey(record), accountScope(account)]) stores.putPolicy(policy);
  const findPolicy = async (id: string) => (id === record.id ? { key: record, account } : undefined);
  return {
    policies: { loadPolicy: findPolicy, reloadPolicy: findPolicy },
    ledger: createMemoryLedger(stores, nowMs),
    stores,
    nowMs,
    credentials: {
      reveal: async (provider) => credentials[provider],
      has: async (provider) => provider in credentials,
    },
    prices: { readPrices: async () => toPriceList(prices) },
    providers: createProviders(upstreams, {
      newId: randomUUID,
      nowSeconds: () => 1_700_000_000,
      signForBedrock: ({ url }, region) => ({ authorization: `signed for ${region}`, host: url.host }),
    }),
    routing: { ...createRouting({ now: nowMs, random: () => 0 }), pause: async () => undefined },
    environments: ['development', 'staging', 'production'],
    digestMatches: (candidate, sha256) => equalInConstantTime(sha256Hex(candidate), sha256),
    nowSeconds: () => 1_700_000_000,
    elapsedMs: () => performance.now(),
    stage: 'test',
    securityContacts: [],
    writeLine: (line) => lines.push(line),
    lines,
  };
}
