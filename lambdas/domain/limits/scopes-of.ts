import type { AccountRecord } from '../accounts/account-record.ts';
import type { KeyRecord } from '../keys/key-record.ts';
import { matchesModelPattern } from '../models/model-pattern.ts';
import { type Plan, plans } from '../plans/plans.ts';
import { type LimitsRecord, toScopeLimits } from './limits-record.ts';
import type { ScopeLimits, ScopePolicy } from './scope.ts';

/** The tighter of two limits, where undefined is no limit. */
function tighter(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

function accountLimits(plan: Plan, own: LimitsRecord): ScopeLimits {
  const limits = toScopeLimits(own);
  return {
    ...limits,
    requestsPerMinute: tighter(plan.requestsPerMinute, limits.requestsPerMinute),
    tokensPerMinute: tighter(plan.tokensPerMinute, limits.tokensPerMinute),
    parallelRequests: tighter(plan.parallelRequests, limits.parallelRequests),
  };
}

/** What all keys of the account share. */
export function accountScope({ id, plan, policyVersion, limits = {} }: AccountRecord): ScopePolicy {
  return { scope: `account:${id}`, policyVersion, limits: accountLimits(plans[plan], limits) };
}

/** The key's own scope. */
export function keyScope({ id, policyVersion, limits = {} }: KeyRecord): ScopePolicy {
  return { scope: `key:${id}`, policyVersion, limits: toScopeLimits(limits) };
}

/** One scope for each of the key's model patterns. Their budgets start anew when the key's does. */
export function modelScopes({
  id,
  policyVersion,
  limits,
  modelLimits = {},
}: KeyRecord): ReadonlyMap<string, ScopePolicy> {
  const budgetDuration = limits?.budgetDuration;
  return new Map(
    Object.entries(modelLimits).map(([pattern, own]) => [
      pattern,
      { scope: `key:${id}:${pattern}`, policyVersion, limits: toScopeLimits({ ...own, budgetDuration }) },
    ]),
  );
}

/** Every scope that a key has of its own, whatever model is called. */
export function scopesOfKey(key: KeyRecord): readonly ScopePolicy[] {
  return [keyScope(key), ...modelScopes(key).values()];
}

/** All that a request falls under: the key, its patterns that match `model` (`provider/model`, resolved), the account. */
export function scopesOf(key: KeyRecord, account: AccountRecord, model: string): readonly ScopePolicy[] {
  const matching = [...modelScopes(key)].filter(([pattern]) => matchesModelPattern(pattern, model));
  return [keyScope(key), ...matching.map(([, policy]) => policy), accountScope(account)];
}
