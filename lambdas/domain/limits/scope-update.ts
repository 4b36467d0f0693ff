// One conditional change of a scope, as data: adapters carry it out in one write, tests on a value. Guards are inequalities,
// so that a change made up from an old sight of the scope still holds when the counters have moved within their limits.
import type { ScopeState } from './scope-state.ts';

export type Counter =
  | 'policyVersion'
  | 'windowMinute'
  | 'requests'
  | 'tokens'
  | 'lastRequests'
  | 'lastTokens'
  | 'budgetPeriod'
  | 'committed'
  | 'reserved';

export interface Guard {
  readonly counter: Counter;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** `counter` becomes what `from` held before the change, or else 0, and `plus` more. */
export interface Assignment {
  readonly counter: Counter;
  readonly from?: Counter;
  readonly plus: number;
}

/** A request's entry on a scope. */
export interface PackedEntry {
  readonly requestId: string;
  readonly packed: string;
}

export type OpenChange =
  /** Where the request has no entry yet, fewer than `below` lie open, and those to forget are among them. */
  | (PackedEntry & { readonly kind: 'add'; readonly below: number; readonly forget: readonly PackedEntry[] })
  /** Where the request has this very entry. */
  | (PackedEntry & { readonly kind: 'drop' })
  | (PackedEntry & { readonly kind: 'replace'; readonly by: string });

export type LeaseChange =
  /** Sets it where there is none; guards that it is not later. */
  | { readonly kind: 'cover'; readonly bucket: number }
  /** Guards that it is later. */
  | { readonly kind: 'advance'; readonly bucket: number }
  /** Guards that it is earlier. */
  | { readonly kind: 'postpone'; readonly bucket: number }
  /** Guards that nothing is open. */
  | { readonly kind: 'clear' };

export interface ScopeUpdate {
  readonly guards: readonly Guard[];
  readonly assignments: readonly Assignment[];
  readonly open?: OpenChange;
  readonly lease?: LeaseChange;
  /** Joined to what is there. */
  readonly kin?: readonly string[];
}

function admitsOpen(change: OpenChange | undefined, { open }: ScopeState): boolean {
  if (change === undefined) return true;
  const found = open[change.requestId];
  if (change.kind !== 'add') return found === change.packed;
  const { below, forget } = change;
  return (
    found === undefined &&
    Object.keys(open).length < below &&
    forget.every(({ requestId, packed }) => open[requestId] === packed)
  );
}

function admitsLease(change: LeaseChange | undefined, { leaseBucket, open }: ScopeState): boolean {
  switch (change?.kind) {
    case undefined:
      return true;
    case 'cover':
      return leaseBucket === undefined || leaseBucket <= change.bucket;
    case 'advance':
      return leaseBucket !== undefined && leaseBucket > change.bucket;
    case 'postpone':
      return leaseBucket !== undefined && leaseBucket < change.bucket;
    case 'clear':
      return Object.keys(open).length === 0;
  }
}

/** Whether every guard lets the change through. */
export function holds(update: ScopeUpdate, state: ScopeState): boolean {
  return (
    update.guards.every(({ counter, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }) => {
      const value = state[counter];
      return atLeast <= value && value <= atMost;
    }) &&
    admitsOpen(update.open, state) &&
    admitsLease(update.lease, state)
  );
}

function changeOpen(change: OpenChange | undefined, open: ScopeState['open']): ScopeState['open'] {
  if (change === undefined) return open;
  const changed = { ...open };
  for (const { requestId } of change.kind === 'add' ? change.forget : [change]) delete changed[requestId];
  if (change.kind === 'add') changed[change.requestId] = change.packed;
  if (change.kind === 'replace') changed[change.requestId] = change.by;
  return changed;
}

function changeLease(change: LeaseChange | undefined, leaseBucket: number | undefined): number | undefined {
  switch (change?.kind) {
    case undefined:
      return leaseBucket;
    case 'cover':
      return leaseBucket ?? change.bucket;
    case 'advance':
    case 'postpone':
      return change.bucket;
    case 'clear':
      return undefined;
  }
}

/** The scope after the change, whatever the guards say. */
export function applyUpdate(update: ScopeUpdate, state: ScopeState): ScopeState {
  const { leaseBucket, kin, ...rest } = state;
  const counters: Partial<Record<Counter, number>> = {};
  for (const { counter, from, plus } of update.assignments) {
    counters[counter] = (from === undefined ? 0 : state[from]) + plus;
  }
  const lease = changeLease(update.lease, leaseBucket);
  const family = [...new Set([...(kin ?? []), ...(update.kin ?? [])])];
  return {
    ...rest,
    ...counters,
    open: changeOpen(update.open, state.open),
    ...(lease !== undefined && { leaseBucket: lease }),
    ...(family.length > 0 && { kin: family }),
  };
}
