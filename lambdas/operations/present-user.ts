import { type Answer, answerJson } from '../domain/answer.ts';
import { tagged } from '../domain/entity-tag.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { KeyCaller } from '../domain/management-call.ts';
import type { MemberDirectory } from '../domain/members/member-directory.ts';
import type { MemberRecord } from '../domain/members/member-record.ts';

/** A member as OpenAI's admin API shows one. */
export function presentUser({ id, name, email, role, addedAt }: MemberRecord) {
  return {
    object: 'organization.user',
    id,
    name: name ?? null,
    email: email ?? null,
    role,
    added_at: addedAt,
  } as const;
}

export function answerUser(member: MemberRecord): Answer {
  return answerJson(200, presentUser(member), tagged(member.version));
}

/** A member of the caller's account; one who was removed, or is another account's, is told by nothing from nobody. */
export async function findUser(
  { account }: Pick<KeyCaller, 'account'>,
  id: string,
  { members }: { readonly members: MemberDirectory },
): Promise<Outcome<MemberRecord>> {
  const member = await members.findMember(account.id, id);
  if (member?.status === 'active') return accept(member);
  return refuse('not_found', 'There is no member of that id in this account.');
}
