// Each event carries its place and the hash of the one before, so an edit, a gap or a new order shows. A cut tail does
// not: that takes the head, which is kept apart and signed.
import * as z from 'zod/mini';
import type { AuditEntry } from './audit-event.ts';

/** SHA-256, lower-case hex, over the RFC 8785 canonical JSON of a value. */
export type Digest = (value: object) => string;

/** The last link of a chain. A chain without events has none. */
export const chainHead = z.object({
  schemaVersion: z.literal(1),
  /** From 1, without gaps. */
  sequence: z.int().check(z.gte(1)),
  hash: z.string(),
});
export type ChainHead = z.infer<typeof chainHead>;

export type ChainedEvent = AuditEntry & {
  readonly sequence: number;
  readonly previous_hash: string;
  /** Over all the rest. */
  readonly hash: string;
};

/** Where a chain stands behind one of its events. */
export interface ChainPlace {
  readonly sequence: number;
  readonly hash: string;
}

/** Where it stands before its first one. */
export const START: ChainPlace = { sequence: 0, hash: '0'.repeat(64) };

/** Zero-padded, so that the order of the text is the order of the chain. */
export function writeSequence(sequence: number): string {
  return String(sequence).padStart(12, '0');
}

const placedId = /^audit_(\d{12})_[0-9A-Za-z]+$/;

/** The place of the event that has this id in its chain; undefined: no event has it. */
export function sequenceOfId(id: string): number | undefined {
  const [, sequence] = placedId.exec(id) ?? [];
  return sequence === undefined ? undefined : Number(sequence);
}

/** Puts the entries behind `head`, in order, and their places into their ids. They must belong to that chain's tenant. */
export function chainEvents(
  head: ChainHead | undefined,
  entries: readonly AuditEntry[],
  digest: Digest,
): readonly ChainedEvent[] {
  let last: ChainPlace = head ?? START;
  return entries.map((entry) => {
    const sequence = last.sequence + 1;
    const id = entry.id.replace('_', `_${writeSequence(sequence)}_`);
    const link = { ...entry, id, sequence, previous_hash: last.hash };
    last = { ...link, hash: digest(link) };
    return { ...link, hash: last.hash };
  });
}

/** All that verification reads of an event; whatever else it holds is hashed as it stands, known to this version or not. */
const chainLink = z.looseObject({
  tenant: z.string(),
  sequence: z.int(),
  previous_hash: z.string(),
  hash: z.string(),
});

export type ChainFault = 'malformed' | 'foreign' | 'gap' | 'unlinked' | 'edited';

export type ChainVerdict =
  | { readonly ok: true; readonly head: ChainPlace }
  | {
      readonly ok: false;
      /** The place of the first event that does not fit, from 1. */
      readonly place: number;
      readonly fault: ChainFault;
    };

/**
 * Checks a tenant's chain, from its first event or from behind a place that was found good. `events` may come from
 * anywhere: nothing of them is trusted.
 */
export function verifyChain(
  tenant: string,
  events: readonly unknown[],
  digest: Digest,
  from: ChainPlace = START,
): ChainVerdict {
  let last = from;
  for (const event of events) {
    const place = last.sequence + 1;
    const parsed = z.safeParse(chainLink, event);
    if (!parsed.success) return { ok: false, place, fault: 'malformed' };
    const { hash, ...rest } = parsed.data;
    if (rest.tenant !== tenant) return { ok: false, place, fault: 'foreign' };
    if (rest.sequence !== place) return { ok: false, place, fault: 'gap' };
    if (rest.previous_hash !== last.hash) return { ok: false, place, fault: 'unlinked' };
    if (digest(rest) !== hash) return { ok: false, place, fault: 'edited' };
    last = { sequence: place, hash };
  }
  return { ok: true, head: last };
}
