import { accept, type Outcome, refuse } from '../errors.ts';
import type { Timeouts } from '../upstream/chat-provider.ts';

/** A host that drops packets is told from a model that thinks: the kernel alone would wait for two minutes. */
const connectMs = 10_000;
/** API Gateway cuts a regional response that stays silent for five minutes: ours is the one that can still be told. */
const idleMs = 285_000;
const firstByteMs = idleMs;
/**
 * Kept back to end the answer in order before the host ends the request. The look-ups of key and credential, at most 3 s
 * each of three, come out of it too: `remainingMs` was read before them.
 */
const marginMs = 15_000;

const header = 'x-portcullis-timeout-ms';

/** How long to wait for the provider. The client may ask for less by `x-portcullis-timeout-ms`, never for more. */
export function chooseTimeouts(headers: Readonly<Record<string, string>>, remainingMs: number): Outcome<Timeouts> {
  const totalMs = Math.max(remainingMs - marginMs, 1);
  const asked = headers[header];
  if (asked === undefined) return accept({ connectMs, firstByteMs, idleMs, totalMs });
  const wanted = Number(asked);
  if (!/^\d{1,9}$/.test(asked) || wanted < 1) {
    return refuse('invalid_request', 'The timeout must be a whole number of milliseconds, at least 1.', header);
  }
  return accept({
    connectMs: Math.min(wanted, connectMs),
    firstByteMs: Math.min(wanted, firstByteMs),
    idleMs: Math.min(wanted, idleMs),
    totalMs,
  });
}
