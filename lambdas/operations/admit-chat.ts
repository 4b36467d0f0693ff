import { retentionOf } from '../domain/accounts/retention.ts';
import { accept, GatewayFault, type Outcome, type Refused, refuse } from '../domain/errors.ts';
import type { Outline } from '../domain/inference/outline.ts';
import type { Demand, Ledger, ReserveOutcome, ScopeView } from '../domain/limits/ledger.ts';
import {
  budgetHeader,
  leastBudgetRemaining,
  leastTokensRemaining,
  limitHeaders,
} from '../domain/limits/limit-headers.ts';
import { refuseDemand } from '../domain/limits/refuse-demand.ts';
import type { ScopePolicy } from '../domain/limits/scope.ts';
import { scopesOf } from '../domain/limits/scopes-of.ts';
import { unloggedId } from '../domain/limits/unlogged-id.ts';
import { allowsModel } from '../domain/models/model-pattern.ts';
import { plans } from '../domain/plans/plans.ts';
import { type Bound, type BoundLimits, boundFor } from '../domain/pricing/bound-for.ts';
import { findModel } from '../domain/pricing/find-model.ts';
import type { ModelFacts } from '../domain/pricing/price.ts';
import type { KnownPrices } from '../domain/pricing/price-book.ts';
import { overrideModel } from '../domain/pricing/price-list.ts';
import type { Caller } from './identify.ts';

export interface ChatToAdmit {
  readonly requestId: string;
  readonly outline: Outline;
  readonly bodyBytes: number;
  readonly provider: string;
  /** The provider's own name of the model. */
  readonly model: string;
  readonly prices: KnownPrices;
  /** As known so far, maybe a few seconds old. */
  readonly caller: Caller;
  /** The caller as the store has them now. */
  readonly identifyAnew: () => Promise<Outcome<Caller>>;
  /** Unix milliseconds. */
  readonly startedAtMs: number;
  /** Unix milliseconds: whatever happens, the request has ended by then. */
  readonly deadlineMs: number;
  /** The number of the first reservation that is tried: those of other targets came before. @default 1 */
  readonly firstAttempt?: number;
}

/** What is held for a request, until it is settled. */
export interface Admission {
  readonly caller: Caller;
  readonly demand: Demand;
  readonly bound: Bound;
  readonly facts: ModelFacts;
  readonly views: readonly ScopeView[];
  readonly headers: Readonly<Record<string, string>>;
  /** The number of the reservation. */
  readonly attempt: number;
}

/** Behind the deadline: nobody is still at work on the request when the sweeper takes it over. */
const graceMs = 30_000;
/** A policy may change, and a budget may shrink, between two attempts; not for ever. */
const maxAttempts = 4;

/** Without a cap nothing is promised about the amount; it must stay small enough to be summed up exactly. */
const uncapped = { amountNano: 1_000_000_000_000, tokens: 1_000_000_000 } as const;

interface Attempt {
  readonly number: number;
  readonly caller: Caller;
  /** As the store had them during this request. */
  readonly isFresh: boolean;
  /** What the scopes that refused had left. */
  readonly left: Pick<BoundLimits, 'affordableNano' | 'tokensAvailable'>;
}

type Result =
  | { readonly kind: 'done'; readonly outcome: Outcome<Admission> }
  | { readonly kind: 'again'; readonly attempt: Attempt };

function limitsInForce(scopes: readonly ScopePolicy[], { caller, left }: Attempt): BoundLimits {
  return {
    isCapped: scopes.some(({ limits }) => limits.maxBudgetNano !== undefined),
    isTokenLimited: scopes.some(({ limits }) => limits.tokensPerMinute !== undefined),
    defaultMaxTokens: plans[caller.account.plan].defaultMaxTokens,
    ...left,
  };
}

/** Each attempt reserves under an id of its own. */
function attemptId({ requestId }: ChatToAdmit, { number, caller }: Attempt): string {
  const id = number === 1 ? requestId : `${requestId}.${number}`;
  return caller.key.zeroLogging ? unloggedId(id) : id;
}

/** A smaller output limit of the gateway's own may fit what is left; one of the client's is never touched. */
function shrink(
  outcome: Extract<ReserveOutcome, { kind: 'refused' }>,
  bound: Bound,
  attempt: Attempt,
): Attempt | undefined {
  const isFirst = attempt.left.affordableNano === undefined && attempt.left.tokensAvailable === undefined;
  if (bound.outputLimit === undefined || !isFirst || outcome.views.length === 0) return undefined;
  const left = {
    affordableNano: leastBudgetRemaining(outcome.views),
    tokensAvailable: leastTokensRemaining(outcome.views),
  };
  return { ...attempt, number: attempt.number + 1, left };
}

async function identifyAgain(chat: ChatToAdmit, attempt: Attempt): Promise<Result> {
  const anew = await chat.identifyAnew();
  if (!anew.ok) return { kind: 'done', outcome: anew };
  // What was left under the former policy says nothing of this one.
  return { kind: 'again', attempt: { number: attempt.number + 1, caller: anew.value, isFresh: true, left: {} } };
}

/** A refusal that no scope was asked about: a policy that was loosened since it was read must not be held against anyone. */
async function refuseByPolicy(chat: ChatToAdmit, attempt: Attempt, outcome: Refused): Promise<Result> {
  return attempt.isFresh ? { kind: 'done', outcome } : identifyAgain(chat, attempt);
}

async function reserveOnce(chat: ChatToAdmit, attempt: Attempt, ledger: Ledger): Promise<Result> {
  const { key, account } = attempt.caller;
  const name = `${chat.provider}/${chat.model}`;
  if (!allowsModel(key.models, name)) {
    const refused = refuse('model_not_allowed', 'This API key may not call that model.', 'model');
    return refuseByPolicy(chat, attempt, refused);
  }
  const scopes = scopesOf(key, account, name);
  const limits = limitsInForce(scopes, attempt);
  // Where there is a cap, the catalogue's price will not do if the operator may have another.
  if (limits.isCapped && chat.prices.fault !== undefined) throw chat.prices.fault;
  const facts = overrideModel(findModel(chat.provider, chat.model, chat.startedAtMs), chat.prices.list, chat);
  const bounded = boundFor({ ...chat, facts }, limits);
  if (!bounded.ok) return refuseByPolicy(chat, attempt, bounded);
  const bound = bounded.value;
  const demand = {
    requestId: attemptId(chat, attempt),
    startedAtMs: chat.startedAtMs,
    scopes,
    amountNano: limits.isCapped ? bound.amountNano : Math.min(bound.amountNano, uncapped.amountNano),
    tokens: Math.min(bound.tokens, uncapped.tokens),
    leaseEndsAtMs: chat.deadlineMs + graceMs,
    retention: retentionOf(account),
  };
  const outcome = await ledger.reserve(demand);
  if (outcome.kind === 'policy-changed') return identifyAgain(chat, attempt);
  const headers = limitHeaders(scopes, outcome.views);
  if (outcome.kind === 'refused') {
    const smaller = shrink(outcome, bound, attempt);
    if (smaller !== undefined) return { kind: 'again', attempt: smaller };
    const refused = refuseDemand(outcome, { ...headers, ...budgetHeader(outcome.views) });
    return outcome.views.length === 0 ? refuseByPolicy(chat, attempt, refused) : { kind: 'done', outcome: refused };
  }
  const { views } = outcome;
  return {
    kind: 'done',
    outcome: accept({ caller: attempt.caller, demand, bound, facts, views, headers, attempt: attempt.number }),
  };
}

/**
 * Holds what the request can cost at most, in every scope that it falls under, or says why not. Throws GatewayFault
 * `service_unavailable` where nothing could be held for sure: then nothing may be forwarded.
 */
export async function admitChat(chat: ChatToAdmit, ledger: Ledger): Promise<Outcome<Admission>> {
  const { firstAttempt = 1 } = chat;
  let attempt: Attempt = { number: firstAttempt, caller: chat.caller, isFresh: false, left: {} };
  while (attempt.number < firstAttempt + maxAttempts) {
    const result = await reserveOnce(chat, attempt, ledger);
    if (result.kind === 'done') return result.outcome;
    attempt = result.attempt;
  }
  throw new GatewayFault('service_unavailable');
}
