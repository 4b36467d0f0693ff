import { accept, GatewayFault, type Outcome, refuse } from '../errors.ts';
import type { KeyRecord } from '../keys/key-record.ts';
import type { MemberRecord } from './member-record.ts';

/** Whether the member of a key that was let in is still there. Throws GatewayFault where a member's key has no member. */
export function verifyMember(
  { userId }: KeyRecord,
  member: MemberRecord | undefined,
): Outcome<MemberRecord | undefined> {
  if (userId === undefined) return accept(undefined);
  if (member?.id !== userId) throw new GatewayFault('internal_error', { cause: new Error('a key without its member') });
  if (member.status === 'removed') {
    return refuse('key_disabled', 'The member whose API key this is has left the account.');
  }
  return accept(member);
}
