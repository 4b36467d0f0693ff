import { type Answer, answerJson } from '../domain/answer.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { KeyCall } from '../domain/management-call.ts';
import type { InvitePorts } from './list-invites.ts';
import { findInvite, presentInvite } from './present-invite.ts';

/** GET /v1/organization/invites/{id} */
export async function retrieveInvite(call: KeyCall, id: string, ports: InvitePorts): Promise<Outcome<Answer>> {
  const found = await findInvite(call, id, ports);
  return found.ok ? accept(answerJson(200, presentInvite(found.value, ports.nowSeconds()))) : found;
}
