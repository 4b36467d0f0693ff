import type { AccountRecord } from '../domain/accounts/account-record.ts';
import { verifyAccount } from '../domain/accounts/verify-account.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { Policy, PolicyStore } from '../domain/keys/policy-store.ts';
import { type AuthenticatePorts, authenticate } from './authenticate.ts';

/** Who calls, and what they are held to. */
export interface Caller {
  readonly key: KeyRecord;
  readonly account: AccountRecord;
}

export interface IdentifyPorts extends Omit<AuthenticatePorts, 'keys'> {
  readonly policies: PolicyStore;
}

/**
 * The caller by the key as presented. `cached` is for routes that reserve: their reservation fails where the policy has
 * changed since, and they come back with `fresh`, as every other route does from the start.
 */
export async function identify(
  presented: string | undefined,
  age: 'cached' | 'fresh',
  ports: IdentifyPorts,
): Promise<Outcome<Caller>> {
  let policy: Policy | undefined;
  const keys = {
    async findKey(publicId: string) {
      policy = await (age === 'cached' ? ports.policies.loadPolicy(publicId) : ports.policies.reloadPolicy(publicId));
      return policy?.key;
    },
  };
  const key = await authenticate(presented, { ...ports, keys });
  if (!key.ok) return key;
  const account = verifyAccount(policy?.account);
  return account.ok ? accept({ key: key.value, account: account.value }) : account;
}
