// What follows an attempt that did not succeed. A provider is asked again only where it surely did no work for nothing, or
// where what it may have done is paid for: that is the caller's to see to, who is told by `mayHaveBeenBilled`.

/** How an attempt ended, before the client was sent a byte. */
export type AttemptEnd =
  /** Not a byte of it was sent: no connection, no TLS. */
  | { readonly kind: 'unsent' }
  /** Sent, and no answer came, or not in time. The provider may have done the work. */
  | { readonly kind: 'lost' }
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** As the provider asked for, milliseconds. */
      readonly retryAfterMs: number | undefined;
    };

export type NextStep =
  /** The client gets what this attempt came to. */
  | { readonly kind: 'return' }
  /** The same target once more, after so many milliseconds. */
  | { readonly kind: 'again'; readonly afterMs: number }
  /** The next target, at once. */
  | { readonly kind: 'next-target' };

export interface Circumstances {
  /** Attempts that were made at this target, this one included. */
  readonly attemptsAtTarget: number;
  /** Attempts that may still be made, at whichever target. */
  readonly attemptsLeft: number;
  readonly hasNextTarget: boolean;
  /** Until the request has to have ended. */
  readonly leftMs: number;
  /** In [0, 1): spreads the retries of callers that failed together. */
  readonly random: number;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;
/** A provider that asks for more is left alone: the client is told when to come back. */
const LONGEST_ASKED_MS = 8_000;
/** At least so much of the time has to be left for an attempt to be worth it. */
const LEAST_LEFT_MS = 1_000;

/** Busy, or broken for the moment: the same request may do well later. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529]);
/** About our credential, or a model that this provider does not have: another one may do. */
const OF_THE_TARGET: ReadonlySet<number> = new Set([401, 402, 403, 404]);

/** Whether a provider may send a bill for an attempt that ended so. None charges for an answer that is an error. */
export function mayHaveBeenBilled(end: AttemptEnd): boolean {
  return end.kind === 'lost' || (end.kind === 'answered' && end.status < 300);
}

/** Exponential, with full jitter. */
function pauseFor({ attemptsAtTarget, random }: Circumstances): number {
  return random * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attemptsAtTarget - 1));
}

/** The pause before the same target is asked again; undefined where that is no use. */
function pauseBeforeAgain(end: AttemptEnd, circumstances: Circumstances): number | undefined {
  const asked = end.kind === 'answered' ? end.retryAfterMs : undefined;
  if (asked !== undefined && asked > LONGEST_ASKED_MS) return undefined;
  const afterMs = Math.max(asked ?? 0, pauseFor(circumstances));
  return afterMs + LEAST_LEFT_MS <= circumstances.leftMs ? afterMs : undefined;
}

/** What to do after an attempt that ended so. Never asks anyone again for what is the client's own mistake. */
export function decideNext(end: AttemptEnd, circumstances: Circumstances): NextStep {
  const { attemptsLeft, hasNextTarget, leftMs } = circumstances;
  if (attemptsLeft < 1 || leftMs < LEAST_LEFT_MS) return { kind: 'return' };
  const isPassing = end.kind !== 'answered' || PASSING.has(end.status);
  const isOfTarget = end.kind === 'answered' && OF_THE_TARGET.has(end.status);
  if (hasNextTarget && (isPassing || isOfTarget)) return { kind: 'next-target' };
  if (!isPassing || end.kind === 'lost') return { kind: 'return' };
  const afterMs = pauseBeforeAgain(end, circumstances);
  return afterMs === undefined ? { kind: 'return' } : { kind: 'again', afterMs };
}
