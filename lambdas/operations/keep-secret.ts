import type { AccountRecord } from '../domain/accounts/account-record.ts';
import type { SealSecret } from '../domain/credentials/credential-store.ts';
import { type KeySecretRecord, keySecretContext } from '../domain/credentials/key-secret.ts';

export interface KeepSecretPorts {
  readonly sealSecret: SealSecret;
  readonly nowSeconds: () => number;
}

/** A key's new secret under the envelope key, where the account has secrets kept; undefined where it does not. */
export async function keepSecret(
  { id: accountId, keepsSecretsSince }: AccountRecord,
  { keyId, key }: { readonly keyId: string; readonly key: string },
  { sealSecret, nowSeconds }: KeepSecretPorts,
): Promise<KeySecretRecord | undefined> {
  if (keepsSecretsSince === undefined) return undefined;
  const envelope = await sealSecret(key, keySecretContext(accountId, keyId));
  return { schemaVersion: 1, accountId, keyId, sealedAt: nowSeconds(), envelope };
}
