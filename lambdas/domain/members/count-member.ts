import type { Role } from '../access/permissions.ts';
import type { AccountRecord } from '../accounts/account-record.ts';

/**
 * The account at its next version, once a member has come, gone, or got another role. Undefined where it would lose its last
 * owner; an account that never had one, as its master keys manage it, needs none.
 */
export function countMember(
  account: AccountRecord,
  change: { readonly from: Role | undefined; readonly to: Role | undefined },
): AccountRecord | undefined {
  const { from, to } = change;
  const { memberCount = 0, ownerCount: owners = 0 } = account;
  const one = (isSo: boolean) => (isSo ? 1 : 0);
  const ownerCount = owners + one(to === 'owner') - one(from === 'owner');
  if (from === 'owner' && ownerCount < 1) return undefined;
  return {
    ...account,
    memberCount: memberCount + one(to !== undefined) - one(from !== undefined),
    ownerCount,
    policyVersion: account.policyVersion + 1,
  };
}
