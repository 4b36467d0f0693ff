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

async function identifyOnce(
  presented: string | undefined,
  load: PolicyStore['loadPolicy'],
  ports: IdentifyPorts,
): Promise<Outcome<Caller>> {
  let policy: Policy | undefined;
  const keys = {
    async findKey(publicId: string) {
      policy = await load(publicId);
      return policy?.key;
    },
  };
  const key = await authenticate(presented, { ...ports, keys });
  if (!key.ok) return key;
  const account = verifyAccount(policy?.account);
  return account.ok ? accept({ key: key.value, account: account.value }) : account;
}

/** Told to the holder of the secret alone, and no longer true once the key was given more time. */
const revocable: ReadonlySet<string> = new Set(['key_expired', 'key_disabled']);

/**
 * The caller by the key as presented. `cached` is for routes that reserve: their reservation fails where the policy has
 * changed since, and they come back with `fresh`, as every other route does from the start.
 */
export async function identify(
  presented: string | undefined,
  age: 'cached' | 'fresh',
  ports: IdentifyPorts,
): Promise<Outcome<Caller>> {
  const { loadPolicy, reloadPolicy } = ports.policies;
  if (age === 'fresh') return identifyOnce(presented, reloadPolicy, ports);
  const caller = await identifyOnce(presented, loadPolicy, ports);
  return caller.ok || !revocable.has(caller.refusal.code) ? caller : identifyOnce(presented, reloadPolicy, ports);
}
