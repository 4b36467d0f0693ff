import { sha256Hex } from '../../lambdas/crypto/sha256-hex.ts';
import type { KeyRecord } from '../../lambdas/domain/keys/key-record.ts';
import { benchKey, benchKeyParts } from './workloads.ts';

/** The one key that the hosts of the benchmark know. */
export const benchKeyRecord = {
  schemaVersion: 1,
  id: benchKeyParts.publicId,
  accountId: 'acct_bench',
  name: 'bench',
  type: 'master',
  status: 'active',
  secretSha256: sha256Hex(benchKeyParts.secret),
  last4: benchKey.slice(-4),
  createdAt: 1_800_000_000,
  policyVersion: 1,
} as const satisfies KeyRecord;
