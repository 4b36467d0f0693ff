import { isWithin, permissionsOf } from '../domain/access/permissions-of.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { KeyCaller } from '../domain/management-call.ts';
import type { MemberDirectory } from '../domain/members/member-directory.ts';
import type { MemberRecord } from '../domain/members/member-record.ts';

/** Nobody hands out, changes or takes away a key that may more than theirs. `member`: whose key it is. */
export function checkAuthority(
  { permissions }: Pick<KeyCaller, 'permissions'>,
  key: KeyRecord,
  member: MemberRecord | undefined,
): Outcome<KeyRecord> {
  // The key of one who has left may nothing any more.
  if (member?.status === 'removed' || isWithin(permissionsOf(key, member), permissions)) return accept(key);
  return refuse(
    'permission_denied',
    'That key may do more than the one that asks. Use a key of an owner or a master key.',
  );
}

/** Whose key it is; undefined: the account's own. */
export async function findHolder(
  { accountId, userId }: KeyRecord,
  { members }: { readonly members: MemberDirectory },
): Promise<MemberRecord | undefined> {
  return userId === undefined ? undefined : members.findMember(accountId, userId);
}
