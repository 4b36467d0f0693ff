import { GatewayFault } from '../errors.ts';
import type { Demand, ReserveOutcome, ReserveRefusal, ScopeView } from './ledger.ts';
import type { ScopeOutcome } from './reserve-scope.ts';

/** The reason that is told, where scopes refuse for several: the one that waiting helps least. */
const gravest: readonly ReserveRefusal[] = [
  'request_exceeds_token_limit',
  'insufficient_quota',
  'rate_limit_exceeded',
  'budget_reserved',
  'too_many_parallel_requests',
];

type Refused = Extract<ScopeOutcome, { kind: 'refused' }>;

function isGraver(one: Refused, other: Refused): boolean {
  const difference = gravest.indexOf(one.reason) - gravest.indexOf(other.reason);
  return difference === 0 ? (one.retryAfterMs ?? 0) > (other.retryAfterMs ?? 0) : difference < 0;
}

/** What no scope need be asked: more tokens than a whole minute has. */
export function refuseUnaskedFor({ scopes, tokens }: Demand): ReserveOutcome | undefined {
  const found = scopes.find(({ limits }) => tokens > (limits.tokensPerMinute ?? Number.POSITIVE_INFINITY));
  if (found === undefined) return undefined;
  const reason = 'request_exceeds_token_limit';
  return { kind: 'refused', reason, scope: found.scope, retryAfterMs: undefined, views: [] };
}

/** What is said of a demand that was not met in all of its scopes. Throws GatewayFault where the store failed. */
export function answerUnmet(outcomes: readonly ScopeOutcome[], views: readonly ScopeView[]): ReserveOutcome {
  const failed = outcomes.find((outcome) => outcome.kind === 'failed');
  if (failed !== undefined) throw new GatewayFault('service_unavailable', { cause: failed.cause });
  if (outcomes.some(({ kind }) => kind === 'policy-changed')) return { kind: 'policy-changed' };
  const [first, ...others] = outcomes.filter((outcome) => outcome.kind === 'refused');
  if (first === undefined) throw new GatewayFault('internal_error');
  const gravestOne = others.reduce((worst, one) => (isGraver(one, worst) ? one : worst), first);
  const { reason, policy, retryAfterMs, window } = gravestOne;
  return { kind: 'refused', reason, scope: policy.scope, retryAfterMs, window, views };
}
