// A chain shows what was changed within it. That its tail was cut, or that it was written anew, only the heads show that were
// signed while it was written.
import { type ChainFault, type ChainPlace, type Digest, START, verifyChain } from './audit-chain.ts';
import type { SignedHead } from './checkpoint.ts';

export type LogVerdict =
  | {
      readonly ok: true;
      readonly head: ChainPlace;
      /** How many of the events, from the first one, a checkpoint vouches for. */
      readonly attested: number;
    }
  | {
      readonly ok: false;
      /** The place of the first event that is not as it was, from 1. */
      readonly place: number;
      /** `rewritten`: another event was signed for. `cut`: it and maybe more are missing at the end. */
      readonly fault: ChainFault | 'rewritten' | 'cut';
    };

/** The heads of one chain by their place; a place that two heads claim was written twice. */
function byPlace(heads: readonly SignedHead[]): { hashes: ReadonlyMap<number, string>; forked: number } {
  const hashes = new Map<number, string>();
  let forked = Number.POSITIVE_INFINITY;
  for (const { sequence, hash } of heads) {
    if ((hashes.get(sequence) ?? hash) !== hash) forked = Math.min(forked, sequence);
    hashes.set(sequence, hash);
  }
  return { hashes, forked };
}

/** Checks a tenant's whole log against the heads that checkpoints vouch for. */
export function verifyLog(
  tenant: string,
  events: readonly unknown[],
  heads: readonly SignedHead[],
  digest: Digest,
): LogVerdict {
  const { hashes, forked } = byPlace(heads.filter((head) => head.tenant === tenant));
  let from: ChainPlace = START;
  // From head to head: the first fault is then named, whichever kind it is of.
  for (const sequence of [...hashes.keys()].sort((one, other) => one - other)) {
    const verdict = verifyChain(tenant, events.slice(from.sequence, sequence), digest, from);
    if (!verdict.ok) return verdict;
    if (verdict.head.sequence < sequence) return { ok: false, place: verdict.head.sequence + 1, fault: 'cut' };
    if (verdict.head.hash !== hashes.get(sequence) || forked === sequence) {
      return { ok: false, place: sequence, fault: 'rewritten' };
    }
    from = verdict.head;
  }
  const rest = verifyChain(tenant, events.slice(from.sequence), digest, from);
  return rest.ok ? { ok: true, head: rest.head, attested: from.sequence } : rest;
}
