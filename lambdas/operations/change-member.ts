import type { OperationName } from '../domain/access/operations.ts';
import type { Role } from '../domain/access/permissions.ts';
import { isWithin, permissionsOfRole } from '../domain/access/permissions-of.ts';
import type { AccountRecord } from '../domain/accounts/account-record.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { checkVersion } from '../domain/entity-tag.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { KeyCall, KeyCaller } from '../domain/management-call.ts';
import { countMember } from '../domain/members/count-member.ts';
import type { MemberRecord } from '../domain/members/member-record.ts';
import type { MemberRegistry } from '../domain/members/member-registry.ts';
import type { AuditContextPorts } from './audit-context.ts';
import { findUser } from './present-user.ts';
import { retryChange } from './retry-change.ts';

export interface ChangeMemberPorts extends AuditContextPorts {
  readonly members: MemberRegistry;
}

/** Nobody gives a role, or touches one, that may more than they may themselves. */
export function checkRole({ permissions }: Pick<KeyCaller, 'permissions'>, role: Role): Outcome<undefined> {
  if (isWithin(permissionsOfRole(role), permissions)) return accept(undefined);
  return refuse(
    'permission_denied',
    'That role may do more than the key that asks. Use a key of an owner or a master key.',
  );
}

export interface MadeChange {
  /** At the next version. */
  readonly after: MemberRecord;
  readonly entry: AuditEntry;
}

/** From the member as they are by now; undefined: there is nothing to change. */
export type MakeMemberChange = (call: KeyCall, before: MemberRecord) => Outcome<MadeChange | undefined>;

/** The account with the member changed, as far as the caller may. */
function settleAccount(call: KeyCall, before: MemberRecord, after: MemberRecord): Outcome<AccountRecord> {
  for (const { role } of [before, after]) {
    const permitted = checkRole(call, role);
    if (!permitted.ok) return permitted;
  }
  const to = after.status === 'active' ? after.role : undefined;
  const account = countMember(call.account, { from: before.role, to });
  if (account !== undefined) return accept(account);
  return refuse('conflict', 'An account does not lose its last owner. Make another one first.');
}

async function tryChange(
  call: KeyCall,
  before: MemberRecord,
  makeChange: MakeMemberChange,
  { members }: ChangeMemberPorts,
): Promise<Outcome<MemberRecord> | 'outdated'> {
  const change = makeChange(call, before);
  if (!change.ok) return change;
  if (change.value === undefined) return accept(before);
  const { after, entry } = change.value;
  const account = settleAccount(call, before, after);
  if (!account.ok) return account;
  const accounts = { before: call.account, after: account.value };
  const outcome = await members.changeMember({ before, after, account: accounts, actor: call, entry });
  return outcome === 'outdated' ? outcome : accept(after);
}

/**
 * Changes a member, from the version that the caller has seen if they said which. The account goes to its next version with
 * them, so that the change holds for every key of theirs at once. Gives the member as they are then.
 */
export async function changeMember(
  call: KeyCall,
  { id, operation }: { readonly id: string; readonly operation: OperationName },
  ports: ChangeMemberPorts,
  makeChange: MakeMemberChange,
): Promise<Outcome<MemberRecord>> {
  return retryChange(call, operation, async (current) => {
    const found = await findUser(current, id, ports);
    if (!found.ok) return found;
    const seen = checkVersion(call.ifMatch, found.value.version);
    return seen.ok ? tryChange(current, found.value, makeChange, ports) : seen;
  });
}
