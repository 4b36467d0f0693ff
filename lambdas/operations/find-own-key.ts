import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { KeyStore } from '../domain/keys/key-store.ts';
import type { KeyCaller } from '../domain/management-call.ts';

/** A key of the caller's account, revoked or not. Another account's is told by nothing from one that does not exist. */
export async function findOwnKey(
  { account }: KeyCaller,
  id: string,
  { keys }: { readonly keys: KeyStore },
): Promise<Outcome<KeyRecord>> {
  const key = await keys.findKey(id);
  if (key?.accountId === account.id) return accept(key);
  return refuse('not_found', 'There is no key of that id in this account.');
}
