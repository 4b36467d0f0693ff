import type { MemberRecord } from './member-record.ts';

/** What is left of a member who was removed: that there was one, of that id, for those who ask about their keys. */
export function removeMember(
  { email: _email, name: _name, ...member }: MemberRecord,
  nowSeconds: number,
): MemberRecord {
  return { ...member, status: 'removed', removedAt: nowSeconds, version: member.version + 1 };
}
