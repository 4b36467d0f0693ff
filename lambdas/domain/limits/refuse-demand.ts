import { type Refused, refuse } from '../errors.ts';
import type { ReserveOutcome, ReserveRefusal } from './ledger.ts';

type Refusal = Extract<ReserveOutcome, { kind: 'refused' }>;

const messages: Readonly<Record<ReserveRefusal, string>> = {
  rate_limit_exceeded: 'Wait for as long as retry-after says.',
  too_many_parallel_requests: 'Too many requests are running at once. Try again when one has ended.',
  budget_reserved: 'The rest of the budget is held by requests that are running. Try again when one has ended.',
  insufficient_quota: 'The budget is spent. Raise it, or wait for its next period.',
  request_exceeds_token_limit:
    'The request may use more tokens than its limit allows in a whole minute. Make it smaller.',
};

/** A slot is freed when some request ends, which nobody can foretell. */
const unforetoldMs = 1_000;

/** Told with every refusal that waiting helps; the official SDKs wait for just so long. */
function retryHeaders(retryAfterMs: number): Readonly<Record<string, string>> {
  return { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)), 'retry-after-ms': String(Math.ceil(retryAfterMs)) };
}

function messageOf({ reason, window }: Refusal): string {
  return window === undefined ? messages[reason] : `Limit of ${window} per minute reached. ${messages[reason]}`;
}

/** A refused demand in the words of the API. */
export function refuseDemand(refusal: Refusal, limitHeaders: Readonly<Record<string, string>>): Refused {
  const { reason, retryAfterMs, window } = refusal;
  const isFinal = reason === 'insufficient_quota' || reason === 'request_exceeds_token_limit';
  const retry = isFinal ? {} : retryHeaders(retryAfterMs ?? unforetoldMs);
  return refuse(reason, messageOf(refusal), null, { type: window, headers: { ...limitHeaders, ...retry } });
}
