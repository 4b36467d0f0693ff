import type { OperationName, Reach } from '../domain/access/operations.ts';
import { permit } from '../domain/access/permit.ts';
import { type Outcome, refuse } from '../domain/errors.ts';
import type { KeyCall } from '../domain/management-call.ts';

const MAX_ATTEMPTS = 5;

/**
 * Makes a change anew, from what is there by then, while others change the same at the same time; and no longer once the
 * caller has lost the right to it, as that outdates a change too.
 */
export async function retryChange<Value>(
  call: KeyCall,
  operation: OperationName,
  attempt: (call: KeyCall, reach: Reach) => Promise<Outcome<Value> | 'outdated'>,
): Promise<Outcome<Value>> {
  let current = call;
  for (let count = 1; count <= MAX_ATTEMPTS; count += 1) {
    const reach = permit(current, operation);
    if (!reach.ok) return reach;
    const outcome = await attempt(current, reach.value);
    if (outcome !== 'outdated') return outcome;
    const caller = await call.identifyAnew();
    if (!caller.ok) return caller;
    current = { ...call, ...caller.value };
  }
  return refuse('conflict', 'Others are changing the same at the same time. Try again.');
}
