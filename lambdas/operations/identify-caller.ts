import { permissionsOf } from '../domain/access/permissions-of.ts';
import type { AccountDirectory } from '../domain/accounts/account-directory.ts';
import { verifyAccount } from '../domain/accounts/verify-account.ts';
import type { Actor } from '../domain/audit/audit-event.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import { type ConnectionPorts, checkConnection } from '../domain/keys/check-connection.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { Presented } from '../domain/keys/presented.ts';
import type { KeyCaller } from '../domain/management-call.ts';
import type { MemberDirectory } from '../domain/members/member-directory.ts';
import { verifyMember } from '../domain/members/verify-member.ts';
import { type AuthenticatePorts, authenticate } from './authenticate.ts';

export interface IdentifyCallerPorts extends AuthenticatePorts, ConnectionPorts {
  readonly accounts: AccountDirectory;
  readonly members: MemberDirectory;
}

function actorOf({ id, userId }: KeyRecord, sourceIp: string): Actor {
  const user = userId === undefined ? {} : { user: { id: userId } };
  return { type: 'api_key', api_key: { id, ip_address: sourceIp, ...user } };
}

/** Who calls a management route, by a key, a member and an account that are in force now: nothing of this is cached. */
export async function identifyCaller(presented: Presented, ports: IdentifyCallerPorts): Promise<Outcome<KeyCaller>> {
  const authenticated = await authenticate(presented.key, ports);
  if (!authenticated.ok) return authenticated;
  const key = authenticated.value;
  const account = verifyAccount(await ports.accounts.findAccount(key.accountId));
  if (!account.ok) return account;
  // After the account, whose version every change of a member raises: so that version vouches for what is read here.
  const found = key.userId === undefined ? undefined : await ports.members.findMember(key.accountId, key.userId);
  const member = verifyMember(key, found);
  if (!member.ok) return member;
  const connection = checkConnection(key, presented, ports);
  if (!connection.ok) return connection;
  return accept({
    actor: actorOf(key, presented.sourceIp),
    key,
    account: account.value,
    member: member.value,
    permissions: permissionsOf(key, member.value),
    identifyAnew: () => identifyCaller(presented, ports),
  });
}
