import { type Answer, answerJson } from '../domain/answer.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import { withdrawInvite } from '../domain/invites/invite-record.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { type AuditContextPorts, auditContext } from './audit-context.ts';
import { checkRole } from './change-member.ts';
import type { InvitePorts } from './list-invites.ts';
import { findInvite } from './present-invite.ts';
import { retryChange } from './retry-change.ts';

export type DeleteInvitePorts = InvitePorts & AuditContextPorts;

/** DELETE /v1/organization/invites/{id}: nobody can take it any more. One that was taken stays: remove the member. */
export async function deleteInvite(call: KeyCall, id: string, ports: DeleteInvitePorts): Promise<Outcome<Answer>> {
  return retryChange(call, 'delete-invite', async (current) => {
    const found = await findInvite(current, id, ports);
    if (!found.ok) return found;
    const before = found.value;
    const permitted = checkRole(current, before.role);
    if (!permitted.ok) return permitted;
    if (before.status === 'accepted') {
      return refuse('conflict', 'This invite has been accepted. Remove the member instead.');
    }
    const after = withdrawInvite(before, ports.nowSeconds());
    const context = auditContext(current, before.accountId, ports);
    const entry = { ...context, type: 'invite.deleted', 'invite.deleted': { id } } as const;
    const outcome = await ports.invites.withdrawInvite({ before, after, actor: current, entry });
    if (outcome === 'outdated') return outcome;
    return accept(answerJson(200, { object: 'organization.invite.deleted', id, deleted: true }));
  });
}
