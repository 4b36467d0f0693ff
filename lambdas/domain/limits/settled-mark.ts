// A mark stands in for a settled reservation, where a copy of the write that made it may still be under way: a write whose
// answer was lost, that was made again, and that the service gets to only after the request has ended. Without the mark the
// copy would reserve once more, and the sweeper would charge the request a second time.
import { type OpenEntry, packEntry, unpackEntry } from './open-entry.ts';
import type { ScopeState } from './scope-state.ts';
import type { PackedEntry, ScopeUpdate } from './scope-update.ts';

/** Far longer than any write is under way. */
export const MARK_MS = 30_000;

/** How many a single write takes away: an expression has a length. */
const MAX_FORGOTTEN = 16;

const MARK = /^0\.0\.[0-9a-z]+\.[0-9a-z]+\.z0/;

export function packMark(entry: OpenEntry, untilMs: number): string {
  const leaseEndsAtMs = Math.max(untilMs, entry.startedMinute * 60_000);
  return packEntry({ ...entry, amountNano: 0, tokens: 0, windowMinute: undefined, scopeCount: 0, leaseEndsAtMs });
}

export function isMark(packed: string): boolean {
  return MARK.test(packed);
}

/** Marks that have stood long enough, and no longer count as running: the next reservation takes them away. */
export function staleMarks({ open }: Pick<ScopeState, 'open'>, nowMs: number): readonly PackedEntry[] {
  const stale: PackedEntry[] = [];
  // A loop, as every reservation goes over all that lie open, and there are hardly ever marks among them.
  for (const requestId in open) {
    const packed = open[requestId];
    if (packed === undefined || !isMark(packed) || unpackEntry(packed).leaseEndsAtMs >= nowMs) continue;
    if (stale.push({ requestId, packed }) === MAX_FORGOTTEN) break;
  }
  return stale;
}

export function planForget({ requestId, packed }: PackedEntry): ScopeUpdate {
  return { guards: [], assignments: [], open: { kind: 'drop', requestId, packed } };
}
