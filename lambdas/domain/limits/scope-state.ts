import * as z from 'zod/mini';
import type { ScopePolicy } from './scope.ts';

const count = z.int();

/** The counters of one scope. What is spent is what is committed and not reserved. */
export const scopeState = z.object({
  schemaVersion: z.literal(1),
  /** Of the policy that reservations are made under; every other one is turned away. */
  policyVersion: count,
  /** The minute of `requests` and `tokens`, since 1970. It only grows, and so does the period. */
  windowMinute: count,
  requests: count,
  tokens: count,
  /** Of the minute before. */
  lastRequests: count,
  lastTokens: count,
  /** When the budget's period began: Unix seconds. */
  budgetPeriod: count,
  /** Nano-dollars: spent in this period, and reserved whenever. */
  committed: count,
  /** Nano-dollars: the sum of the open reservations. */
  reserved: count,
  /** Packed entries by request id. */
  open: z.record(z.string(), z.string()),
  /** No open lease ends before this quarter hour; absent where none is open. */
  leaseBucket: z.optional(count),
  /** Every scope that a request of this one has also fallen under: where the rest of a reservation may lie. */
  kin: z.optional(z.array(z.string())),
});
export type ScopeState = Readonly<z.infer<typeof scopeState>>;

/** A scope that nothing has been spent in. */
export function newScopeState({ policyVersion }: Pick<ScopePolicy, 'policyVersion'>): ScopeState {
  return {
    schemaVersion: 1,
    policyVersion,
    windowMinute: 0,
    requests: 0,
    tokens: 0,
    lastRequests: 0,
    lastTokens: 0,
    budgetPeriod: 0,
    committed: 0,
    reserved: 0,
    open: {},
  };
}
