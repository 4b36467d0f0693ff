import { permissionsOf } from '../domain/access/permissions-of.ts';
import type { AccountDirectory } from '../domain/accounts/account-directory.ts';
import { verifyAccount } from '../domain/accounts/verify-account.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { KeyCaller } from '../domain/management-call.ts';
import { type AuthenticatePorts, authenticate } from './authenticate.ts';

export interface IdentifyCallerPorts extends AuthenticatePorts {
  readonly accounts: AccountDirectory;
}

/** Who calls a management route, by a key and account that are in force now: nothing of this is cached. */
export async function identifyCaller(
  presented: string | undefined,
  sourceIp: string,
  ports: IdentifyCallerPorts,
): Promise<Outcome<KeyCaller>> {
  const key = await authenticate(presented, ports);
  if (!key.ok) return key;
  const account = verifyAccount(await ports.accounts.findAccount(key.value.accountId));
  if (!account.ok) return account;
  const actor = { type: 'api_key', api_key: { id: key.value.id, ip_address: sourceIp } } as const;
  return accept({ actor, key: key.value, account: account.value, permissions: permissionsOf(key.value) });
}
