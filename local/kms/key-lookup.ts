import type { KeyStore, LocalKey } from './key-store.ts';
import { disabled, notFound } from './kms-error.ts';

/** The key that a reference names; throws NotFoundException. */
export function knownKey(keys: KeyStore, reference: string): LocalKey {
  const key = keys.find(reference);
  if (key === undefined) throw notFound(reference);
  return key;
}

/** As knownKey; throws DisabledException too. */
export function usableKey(keys: KeyStore, reference: string): LocalKey {
  const key = knownKey(keys, reference);
  if (!key.enabled) throw disabled(key);
  return key;
}
