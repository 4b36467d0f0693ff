import type { Reach } from '../domain/access/operations.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { KeyStore } from '../domain/keys/key-store.ts';
import type { KeyCaller } from '../domain/management-call.ts';

/**
 * A key within the caller's reach, revoked or not. Another account's, or another member's where the caller reaches no further
 * than their own, is told by nothing from one that does not exist.
 */
export async function findOwnKey(
  { id, reach }: { readonly id: string; readonly reach: Reach },
  caller: Pick<KeyCaller, 'key' | 'account'>,
  { keys }: { readonly keys: KeyStore },
): Promise<Outcome<KeyRecord>> {
  const key = await keys.findKey(id);
  const isReached = reach === 'all' || (key?.userId !== undefined && key.userId === caller.key.userId);
  if (key?.accountId === caller.account.id && isReached) return accept(key);
  return refuse('not_found', 'There is no key of that id in this account.');
}
