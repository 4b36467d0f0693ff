import { GatewayFault } from '../errors.ts';
import { type Judgement, judgeDemand } from './judge-demand.ts';
import type { Demand } from './ledger.ts';
import { guessScopeState, planReserve } from './plan-reserve.ts';
import type { ScopePolicy } from './scope.ts';
import type { ScopeState } from './scope-state.ts';
import type { ScopeStore } from './scope-store.ts';

/** The first attempt is made on a guess; each further one means that a minute, a period or a lease was not as guessed. */
const MAX_ATTEMPTS = 4;

export type ScopeOutcome = { readonly policy: ScopePolicy; readonly retried: boolean } & (
  | { readonly kind: 'reserved'; readonly state: ScopeState }
  | ({ readonly kind: 'refused'; readonly state: ScopeState } & Judgement)
  | { readonly kind: 'policy-changed' }
  /** The store failed: whether it is reserved is not known. */
  | { readonly kind: 'failed'; readonly cause: unknown }
);

export interface ReserveScopeInput {
  readonly policy: ScopePolicy;
  readonly demand: Demand;
  /** What the scope held when it was last seen. */
  readonly seen: ScopeState | undefined;
  readonly nowMs: () => number;
}

async function tryReserving(scopes: ScopeStore, input: ReserveScopeInput): Promise<ScopeOutcome> {
  const { policy, demand, nowMs } = input;
  let guess = input.seen ?? guessScopeState(policy, nowMs());
  let retried = false;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const outcome = await scopes.update(policy.scope, planReserve(guess, policy, demand, nowMs()));
    const { applied, state } = outcome;
    retried ||= outcome.retried;
    if (state === undefined) return { kind: 'policy-changed', policy, retried };
    // An earlier attempt of ours may have been carried out and its answer lost.
    if (applied || state.open[demand.requestId] !== undefined) return { kind: 'reserved', policy, retried, state };
    if (state.policyVersion !== policy.policyVersion) return { kind: 'policy-changed', policy, retried };
    const refusal = judgeDemand(state, policy, demand, nowMs());
    if (refusal !== undefined) return { kind: 'refused', policy, retried, state, ...refusal };
    guess = state;
  }
  throw new GatewayFault('service_unavailable');
}

/** Reserves in one of the demand's scopes, or says why not. Never throws. */
export async function reserveScope(scopes: ScopeStore, input: ReserveScopeInput): Promise<ScopeOutcome> {
  try {
    return await tryReserving(scopes, input);
  } catch (cause) {
    return { kind: 'failed', policy: input.policy, retried: true, cause };
  }
}
