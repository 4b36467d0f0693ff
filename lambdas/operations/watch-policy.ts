import type { Outcome, Refused } from '../domain/errors.ts';
import type { Caller } from './identify.ts';

/** How often a running stream asks whether it may go on: a revocation ends it within five seconds. */
export const watchMs = 4_000;

/** A refusal, as soon as the caller may no longer go on; never settles otherwise, until `stop`. */
export interface PolicyWatch {
  readonly refused: Promise<Refused>;
  readonly stop: () => void;
}

/** One coarse timer for a stream. A store that cannot be read ends nothing: the caller was let in. */
export function watchPolicy(identifyAnew: () => Promise<Outcome<Caller>>): PolicyWatch {
  let timer: ReturnType<typeof setInterval> | undefined;
  const refused = new Promise<Refused>((resolve) => {
    timer = setInterval(() => {
      identifyAnew().then(
        (caller) => {
          if (!caller.ok) resolve(caller);
        },
        () => undefined,
      );
    }, watchMs);
  });
  return { refused, stop: () => clearInterval(timer) };
}
