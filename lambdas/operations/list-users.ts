import * as z from 'zod';
import type { Answer } from '../domain/answer.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { KeyCall } from '../domain/management-call.ts';
import type { MemberRegistry } from '../domain/members/member-registry.ts';
import { parseInput } from '../domain/parse-input.ts';
import { listAnswer, pageLimit } from './list-page.ts';
import { presentUser } from './present-user.ts';

const listUsersInput = z.strictObject({ after: z.string().min(1).max(64).optional(), limit: pageLimit });

/** GET /v1/organization/users: the members of the caller's account, in the order of their ids. */
export async function listUsers(
  { account, input }: KeyCall,
  { members: registry }: { readonly members: MemberRegistry },
): Promise<Outcome<Answer>> {
  const query = parseInput(listUsersInput, input);
  if (!query.ok) return query;
  const { after, limit } = query.value;
  const { members, hasMore } = await registry.listMembers(account.id, { after, limit });
  return accept(listAnswer(members.map(presentUser), hasMore));
}
