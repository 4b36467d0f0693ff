import * as z from 'zod';
import { roles } from '../domain/access/permissions.ts';
import { type Answer, answerJson, noStore } from '../domain/answer.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import { inviteEnds } from '../domain/invites/invite-record.ts';
import type { InviteCreation, InviteRegistry } from '../domain/invites/invite-registry.ts';
import { composeInviteToken } from '../domain/invites/invite-token.ts';
import { SECRET_LENGTH } from '../domain/keys/key-format.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import { auditContext } from './audit-context.ts';
import { checkRole } from './change-member.ts';
import type { IssueKeyPorts } from './issue-key.ts';
import { presentInvite } from './present-invite.ts';
import { retryChange } from './retry-change.ts';

const createInviteInput = z.strictObject({
  email: z
    .string()
    .max(254)
    .toLowerCase()
    .refine((text) => z.email().safeParse(text).success, 'must be an e-mail address'),
  role: z.enum(roles).default('developer'),
});

export interface CreateInvitePorts extends IssueKeyPorts {
  readonly invites: InviteRegistry;
}

type Invitation = z.infer<typeof createInviteInput>;

async function tryInvite(
  call: KeyCall,
  { email, role }: Invitation,
  ports: CreateInvitePorts,
): Promise<Outcome<Answer> | 'outdated'> {
  const accountId = call.account.id;
  const permitted = checkRole(call, role);
  if (!permitted.ok) return permitted;
  if (await ports.invites.isAddressTaken(accountId, email)) {
    return refuse('conflict', 'This address belongs to a member already, or to an invite that is still open.', 'email');
  }
  const secret = ports.randomBase62(SECRET_LENGTH);
  const now = ports.nowSeconds();
  const invite: InviteCreation['invite'] = {
    schemaVersion: 1,
    id: `invite_${ports.randomBase62(24)}`,
    accountId,
    email,
    role,
    status: 'pending',
    tokenSha256: ports.sha256Hex(secret),
    ...inviteEnds(now),
  };
  const entry = {
    ...auditContext(call, accountId, ports),
    type: 'invite.sent',
    'invite.sent': { id: invite.id, data: { role } },
  } as const;
  const outcome = await ports.invites.createInvite({ invite, actor: call, entry });
  if (outcome === 'outdated') return outcome;
  const token = composeInviteToken({ accountId, secret });
  return accept(answerJson(201, { ...presentInvite(invite, now), token }, noStore));
}

/**
 * POST /v1/organization/invites: the token, which is in this answer and nowhere else, is for the person who is invited; how
 * it reaches them is the caller's affair.
 */
export async function createInvite(call: KeyCall, ports: CreateInvitePorts): Promise<Outcome<Answer>> {
  const input = parseInput(createInviteInput, call.input);
  if (!input.ok) return input;
  return retryChange(call, 'create-invite', (current) => tryInvite(current, input.value, ports));
}
