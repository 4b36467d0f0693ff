// A reservation as it lies on a scope's item, under its request's id: one short string, as every write of the item pays
// for all of them. `amount.tokens.minute.lease.DN<key>`, numbers in base 36: at most 40 bytes up to three million dollars.
import { MINUTE_MS } from './windows.ts';

export interface OpenEntry {
  readonly amountNano: number;
  /** As counted in the window; 0 where the scope has none. */
  readonly tokens: number;
  /** In which the request began: with the account and the id it finds the request's record. */
  readonly startedMinute: number;
  /**
   * In whose windows it is counted: the started minute, or one soon after, as clocks differ. Undefined: in none, as the
   * scope had none.
   */
  readonly windowMinute: number | undefined;
  /** Unix milliseconds, to the second above. */
  readonly leaseEndsAtMs: number;
  /** How many scopes the request falls under. Where fewer have its entry it was never forwarded. 0: see settled-mark.ts. */
  readonly scopeCount: number;
  /** Public id of the request's key, whose own scope knows all the others; undefined in that scope itself. */
  readonly keyId: string | undefined;
}

const PATTERN = /^([0-9a-z]+)\.([0-9a-z]+)\.([0-9a-z]+)\.([0-9a-z]+)\.([0-9a-z])([0-9a-z])(.*)$/;

/** In place of the minutes from the start to the window. */
const NOT_COUNTED = 35;

function digits(value: number): string {
  return value.toString(36);
}

export function packEntry(entry: OpenEntry): string {
  const { amountNano, tokens, startedMinute, windowMinute, leaseEndsAtMs, scopeCount, keyId = '' } = entry;
  const lease = Math.ceil((leaseEndsAtMs - startedMinute * MINUTE_MS) / 1000);
  const delay = windowMinute === undefined ? NOT_COUNTED : windowMinute - startedMinute;
  if (delay < 0 || delay > 35 || scopeCount > 35 || lease < 0) throw new RangeError('an entry that cannot be packed');
  const numbers = [amountNano, tokens, startedMinute, lease].map(digits).join('.');
  return `${numbers}.${digits(delay)}${digits(scopeCount)}${keyId}`;
}

/** Throws TypeError for what `packEntry` did not write. */
export function unpackEntry(packed: string): OpenEntry {
  const match = PATTERN.exec(packed);
  if (match === null) throw new TypeError('not an open reservation');
  const [amountNano = 0, tokens = 0, startedMinute = 0, lease = 0, delay = 0, scopeCount = 0] = match
    .slice(1, 7)
    .map((text) => Number.parseInt(text, 36));
  return {
    amountNano,
    tokens,
    startedMinute,
    windowMinute: delay === NOT_COUNTED ? undefined : startedMinute + delay,
    leaseEndsAtMs: startedMinute * MINUTE_MS + lease * 1000,
    scopeCount,
    keyId: match[7] || undefined,
  };
}
