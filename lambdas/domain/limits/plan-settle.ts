import type { OpenEntry } from './open-entry.ts';
import type { ScopeState } from './scope-state.ts';
import type { Assignment, Guard, PackedEntry, ScopeUpdate } from './scope-update.ts';
import { packMark } from './settled-mark.ts';

/** What became of a request, as far as a scope is concerned; read off its record, so the same for all of them. */
export interface Ending {
  readonly amountNano: number;
  /** Undefined: not known, and so all that was reserved. */
  readonly tokens: number | undefined;
  /** A request that was never forwarded gives back its place in the minute too. */
  readonly forwarded: boolean;
}

/** A reservation as it lies on a scope. */
export interface OpenReservation extends PackedEntry {
  readonly entry: OpenEntry;
}

interface Refund {
  readonly requests: number;
  readonly tokens: number;
}

function refundOf(entry: OpenEntry, { tokens, forwarded }: Ending): Refund {
  const unused = entry.tokens - (tokens ?? entry.tokens);
  return { requests: forwarded ? 0 : 1, tokens: Math.max(0, unused) };
}

/** Into the minute that it was counted in, while the scope still knows it. */
function giveBack(windowMinute: number, refund: Refund, seenMinute: number) {
  const none: { guards: readonly Guard[]; assignments: readonly Assignment[] } = { guards: [], assignments: [] };
  if (refund.requests === 0 && refund.tokens === 0) return none;
  const age = seenMinute - windowMinute;
  if (age > 1) return none;
  const [requests, tokens] = age === 0 ? (['requests', 'tokens'] as const) : (['lastRequests', 'lastTokens'] as const);
  const assignments: Assignment[] = [
    { counter: requests, from: requests, plus: -refund.requests },
    { counter: tokens, from: tokens, plus: -refund.tokens },
  ];
  return { guards: [{ counter: 'windowMinute', atLeast: seenMinute, atMost: seenMinute } as const], assignments };
}

/**
 * The change that ends a reservation in one scope: the entry goes, and what was reserved above the amount comes back.
 * Tried again by whomever, it changes nothing, as the entry is gone.
 *
 * `markUntilMs`: a copy of the reserving write may still be under way. Until then the entry is only emptied, so that the
 * copy finds its place taken.
 */
export function planSettle(
  { requestId, packed, entry }: OpenReservation,
  ending: Ending,
  seen: Pick<ScopeState, 'windowMinute'>,
  markUntilMs?: number,
): ScopeUpdate {
  const charged = Math.min(ending.amountNano, entry.amountNano);
  const window =
    entry.windowMinute === undefined
      ? { guards: [], assignments: [] }
      : giveBack(entry.windowMinute, refundOf(entry, ending), seen.windowMinute);
  return {
    guards: window.guards,
    assignments: [
      ...window.assignments,
      { counter: 'committed', from: 'committed', plus: charged - entry.amountNano },
      { counter: 'reserved', from: 'reserved', plus: -entry.amountNano },
    ],
    open:
      markUntilMs === undefined
        ? { kind: 'drop', requestId, packed }
        : { kind: 'replace', requestId, packed, by: packMark(entry, markUntilMs) },
  };
}
