import { type Answer, answerJson } from '../domain/answer.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { removeMember } from '../domain/members/remove-member.ts';
import { auditContext } from './audit-context.ts';
import { type ChangeMemberPorts, changeMember } from './change-member.ts';

/** DELETE /v1/organization/users/{id}: no key of the member is served any more, and nothing of the person is kept. */
export async function removeUser(call: KeyCall, id: string, ports: ChangeMemberPorts): Promise<Outcome<Answer>> {
  const removed = await changeMember(call, { id, operation: 'remove-user' }, ports, (current, before) => {
    const after = removeMember(before, ports.nowSeconds());
    const context = auditContext(current, before.accountId, ports);
    const details = { id, version: after.version };
    return accept({ after, entry: { ...context, type: 'user.deleted', 'user.deleted': details } });
  });
  return removed.ok ? accept(answerJson(200, { object: 'organization.user.deleted', id, deleted: true })) : removed;
}
