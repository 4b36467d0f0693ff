import type { Retention } from '../accounts/retention.ts';
import type { ScopePolicy } from './scope.ts';

/** What a request may cost at most, in every scope that it falls under. */
export interface Demand {
  /**
   * Reserved for once only, whatever the outcome: a request that comes again, say under another policy, needs another id.
   * What is left of an earlier attempt could otherwise end the later one.
   */
  readonly requestId: string;
  /** Unix milliseconds, the same as in the settlement. */
  readonly startedAtMs: number;
  /** The key's own first, the account's among them. */
  readonly scopes: readonly ScopePolicy[];
  /** An upper bound, nano-dollars. */
  readonly amountNano: number;
  /** An upper bound, input and output together. */
  readonly tokens: number;
  /** Unix milliseconds: until then the reservation is this request's; after it, the sweeper's. */
  readonly leaseEndsAtMs: number;
  /** How long the account keeps what is recorded of it. @default - as everybody */
  readonly retention?: Retention;
}

/** The figures of one scope, after what was just done or refused. Undefined where there is no such limit. */
export interface ScopeView {
  readonly scope: string;
  readonly spentNano: number;
  readonly reservedNano: number;
  readonly budgetRemainingNano: number | undefined;
  /** Unix seconds. */
  readonly budgetResetsAt: number | undefined;
  readonly requestsRemaining: number | undefined;
  readonly tokensRemaining: number | undefined;
  readonly requestsResetMs: number;
  readonly tokensResetMs: number;
}

export type ReserveRefusal =
  | 'rate_limit_exceeded'
  | 'too_many_parallel_requests'
  | 'budget_reserved'
  | 'insufficient_quota'
  | 'request_exceeds_token_limit';

export type ReserveOutcome =
  | { readonly kind: 'reserved'; readonly views: readonly ScopeView[] }
  /** Nothing is held in any scope. A client that waits `retryAfterMs` finds room, unless others took it. */
  | {
      readonly kind: 'refused';
      readonly reason: ReserveRefusal;
      readonly scope: string;
      readonly retryAfterMs: number | undefined;
      /** Of `rate_limit_exceeded`: whose minute is full. */
      readonly window?: 'requests' | 'tokens' | undefined;
      readonly views: readonly ScopeView[];
    }
  /** A policy was read stale: read it anew, and come again under another request id. Nothing is held. */
  | { readonly kind: 'policy-changed' };

/** How a request ended, as it is kept: counts and names of ours alone. */
export interface Settlement {
  readonly requestId: string;
  readonly accountId: string;
  readonly keyId: string;
  readonly scopes: readonly string[];
  readonly provider: string;
  readonly model: string;
  /** What to charge, nano-dollars; 0 where nothing was forwarded. Never above what was reserved. */
  readonly amountNano: number;
  /** What was reserved, as given in the demand. */
  readonly reservedNano: number;
  readonly reservedTokens: number;
  /** The usage was not known: the amount is the reservation. */
  readonly estimated: boolean;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  /** Left out where there are none, and so are those of audio. */
  readonly cacheWriteTokens?: number | undefined;
  readonly audioInputTokens?: number | undefined;
  readonly outputTokens: number;
  readonly audioOutputTokens?: number | undefined;
  readonly status: 'completed' | 'failed' | 'not_forwarded' | 'expired';
  /** Unix milliseconds, of the reservation. */
  readonly startedAtMs: number;
}

/** Exact caps and limits. Throws GatewayFault `service_unavailable` where the store cannot answer: then nothing was forwarded. */
export interface Ledger {
  reserve(demand: Demand): Promise<ReserveOutcome>;
  /** The record first, which fixes the amount once and for all; then every scope. Repeating it changes nothing. */
  settle(settlement: Settlement): Promise<void>;
}
