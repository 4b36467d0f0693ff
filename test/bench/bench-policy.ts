import { sha256Hex } from '../../lambdas/crypto/sha256-hex.ts';
import type { Policy } from '../../lambdas/domain/keys/policy-store.ts';
import { MAX_OPEN } from '../../lambdas/domain/limits/judge-demand.ts';
import type { LimitsRecord } from '../../lambdas/domain/limits/limits-record.ts';
import type { ScopeState } from '../../lambdas/domain/limits/scope-state.ts';
import { minuteOf } from '../../lambdas/domain/limits/windows.ts';
import { benchKey, benchKeyParts } from './workloads.ts';

/** One of each kind, so that every rule is gone through; and so high that none is ever met. */
const limits = {
  maxBudgetNano: 1_000_000_000_000_000,
  budgetDuration: 'monthly',
  requestsPerMinute: 1_000_000,
  tokensPerMinute: 1_000_000_000,
  parallelRequests: MAX_OPEN,
} as const satisfies LimitsRecord;

/** The one key that the hosts of the benchmark know, and its account. */
export const benchPolicy = {
  key: {
    schemaVersion: 1,
    id: benchKeyParts.publicId,
    accountId: 'acct_benchBenchBenchBe',
    name: 'bench',
    type: 'spend_limit',
    status: 'active',
    secretSha256: sha256Hex(benchKeyParts.secret),
    last4: benchKey.slice(-4),
    createdAt: 1_800_000_000,
    policyVersion: 1,
    limits,
  },
  account: {
    schemaVersion: 1,
    id: 'acct_benchBenchBenchBe',
    name: 'bench',
    plan: 'enterprise',
    status: 'active',
    createdAt: 1_800_000_000,
    policyVersion: 1,
    limits,
  },
} as const satisfies Policy;

/** What a scope of theirs holds in the midst of a busy minute, whatever was reserved before. */
export function busyScopeState(open: Readonly<Record<string, string>>, nowMs: number): ScopeState {
  return {
    schemaVersion: 1,
    policyVersion: 1,
    windowMinute: minuteOf(nowMs),
    requests: 30_421,
    tokens: 61_234_567,
    lastRequests: 58_932,
    lastTokens: 118_765_432,
    // Later than any month of this benchmark: a period never moves back, so none is entered.
    budgetPeriod: 4_000_000_000,
    committed: 123_456_789_012,
    reserved: 1_234_567_890,
    open,
    leaseBucket: 0,
  };
}
