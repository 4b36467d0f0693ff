import { type Outcome, refuse } from '../domain/errors.ts';
import type { KeyStore } from '../domain/keys/key-store.ts';
import { verifyKey } from '../domain/keys/verify-key.ts';
import type { KeyCall } from '../domain/management-call.ts';

const MAX_ATTEMPTS = 5;

export interface RetryChangePorts {
  readonly keys: KeyStore;
  readonly nowSeconds: () => number;
}

/**
 * Makes a change anew, from what is there by then, while others change the same at the same time; and no longer once the
 * caller's own key has lost its right, as that outdates a change too.
 */
export async function retryChange<Value>(
  { key }: KeyCall,
  { keys, nowSeconds }: RetryChangePorts,
  attempt: () => Promise<Outcome<Value> | 'outdated'>,
): Promise<Outcome<Value>> {
  for (let count = 1; count <= MAX_ATTEMPTS; count += 1) {
    const outcome = await attempt();
    if (outcome !== 'outdated') return outcome;
    const actor = verifyKey(await keys.findKey(key.id), true, nowSeconds());
    if (!actor.ok) return actor;
  }
  return refuse('conflict', 'Others are changing the same key at the same time. Try again.');
}
