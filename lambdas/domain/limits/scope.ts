// What a limit is attached to, and what the limits are. A scope is a key, the models of a key that match a pattern, or an
// account; a member or a team fits the same way. Amounts are integers of nano-dollars below 2^53: nine million dollars.

export const budgetDurations = ['none', 'daily', 'weekly', 'monthly'] as const;
/** When spend starts from zero again, in UTC: never, at midnight, on Monday, or on the first of the month. */
export type BudgetDuration = (typeof budgetDurations)[number];

/** Undefined: no such limit. */
export interface ScopeLimits {
  readonly maxBudgetNano: number | undefined;
  readonly budgetDuration: BudgetDuration;
  readonly requestsPerMinute: number | undefined;
  readonly tokensPerMinute: number | undefined;
  readonly parallelRequests: number | undefined;
}

/** One scope as its policy stood when it was read. */
export interface ScopePolicy {
  /** `key:<public id>`, `key:<public id>:<model pattern>` or `account:<account id>`. */
  readonly scope: string;
  /** Raised by every change of the policy; the counters know it too, so that a stale reader is found out. */
  readonly policyVersion: number;
  readonly limits: ScopeLimits;
}
