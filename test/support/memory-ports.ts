import { randomUUID } from 'node:crypto';
import { equalInConstantTime } from '../../lambdas/crypto/equal-in-constant-time.ts';
import { sha256Hex } from '../../lambdas/crypto/sha256-hex.ts';
import { composeKey } from '../../lambdas/domain/keys/key-format.ts';
import type { KeyRecord } from '../../lambdas/domain/keys/key-record.ts';
import type { DataPlanePorts } from '../../lambdas/handlers/data-plane.ts';
import { createProviders, type ProviderConfig } from '../../lambdas/providers/registry.ts';

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

export interface MemoryPorts extends DataPlanePorts {
  readonly lines: string[];
}

export interface MemoryPortsOptions {
  readonly record?: KeyRecord;
  readonly upstreams?: Readonly<Record<string, ProviderConfig>>;
  readonly credentials?: Readonly<Record<string, string>>;
}

/** The ports of the data plane, in memory: one key, the given providers. */
export function createMemoryPorts({
  record = keyRecord,
  upstreams = {},
  credentials = {},
}: MemoryPortsOptions): MemoryPorts {
  const lines: string[] = [];
  return {
    keys: { findKey: async (id) => (id === record.id ? record : undefined) },
    credentials: { reveal: async (provider) => credentials[provider] },
    providers: createProviders(upstreams, { newId: randomUUID, nowSeconds: () => 1_700_000_000 }),
    digestMatches: (candidate, sha256) => equalInConstantTime(sha256Hex(candidate), sha256),
    nowSeconds: () => 1_700_000_000,
    elapsedMs: () => performance.now(),
    writeLine: (line) => lines.push(line),
    lines,
  };
}
