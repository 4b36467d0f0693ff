import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { InviteRecord } from '../domain/invites/invite-record.ts';
import type { InviteRegistry } from '../domain/invites/invite-registry.ts';
import type { KeyCaller } from '../domain/management-call.ts';

/** An invite as OpenAI's admin API shows one, never its token. */
export function presentInvite(invite: InviteRecord, nowSeconds: number) {
  const { id, email, role, status, invitedAt, expiresAt, acceptedAt, userId } = invite;
  return {
    object: 'organization.invite',
    id,
    email: email ?? null,
    role,
    status: status === 'pending' && expiresAt <= nowSeconds ? 'expired' : status,
    invited_at: invitedAt,
    expires_at: expiresAt,
    accepted_at: acceptedAt ?? null,
    user_id: userId ?? null,
  } as const;
}

/** An invite of the caller's account that was not withdrawn. */
export async function findInvite(
  { account }: Pick<KeyCaller, 'account'>,
  id: string,
  { invites }: { readonly invites: InviteRegistry },
): Promise<Outcome<InviteRecord>> {
  const invite = await invites.findInvite(account.id, id);
  if (invite !== undefined && invite.status !== 'deleted') return accept(invite);
  return refuse('not_found', 'There is no invite of that id in this account.');
}
