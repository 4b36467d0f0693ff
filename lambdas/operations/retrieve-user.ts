import type { Answer } from '../domain/answer.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { KeyCall } from '../domain/management-call.ts';
import type { MemberDirectory } from '../domain/members/member-directory.ts';
import { answerUser, findUser } from './present-user.ts';

/** GET /v1/organization/users/{id} */
export async function retrieveUser(
  call: KeyCall,
  id: string,
  ports: { readonly members: MemberDirectory },
): Promise<Outcome<Answer>> {
  const found = await findUser(call, id, ports);
  return found.ok ? accept(answerUser(found.value)) : found;
}
