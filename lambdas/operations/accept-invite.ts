import * as z from 'zod';
import type { AccountDirectory } from '../domain/accounts/account-directory.ts';
import { type Answer, answerJson, noStore } from '../domain/answer.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import { takeInvite } from '../domain/invites/invite-record.ts';
import type { InviteRegistry, Joining } from '../domain/invites/invite-registry.ts';
import { parseInviteToken } from '../domain/invites/invite-token.ts';
import type { StrangerCall } from '../domain/management-call.ts';
import { countMember } from '../domain/members/count-member.ts';
import type { MemberRecord } from '../domain/members/member-record.ts';
import { parseInput } from '../domain/parse-input.ts';
import { auditContext } from './audit-context.ts';
import { type IssueKeyPorts, issueKey } from './issue-key.ts';
import { displayName } from './plain-text.ts';
import { type PresentKeyPorts, presentOne } from './present-key.ts';
import { presentUser } from './present-user.ts';

const acceptInviteInput = z.strictObject({
  token: z.string().max(200),
  /** What the member is called. */
  name: displayName.optional(),
});

export interface AcceptInvitePorts extends IssueKeyPorts, PresentKeyPorts {
  readonly invites: InviteRegistry;
  readonly accounts: AccountDirectory;
  readonly digestMatches: (secret: string, sha256: string) => boolean;
}

const MAX_ATTEMPTS = 5;
/** An account's item, and a look through its members, stay small. */
const MAX_MEMBERS = 1_000;

type Open = Pick<Joining, 'before'> & { readonly account: Joining['account']['before'] };

/** An invite that the token opens now. A wrong token, and one of another invite, are told by nothing from no invite at all. */
async function openInvite(id: string, token: string, ports: AcceptInvitePorts): Promise<Outcome<Open>> {
  const unknown = refuse('not_found', 'There is no such invite, or this is not its token.');
  const parts = parseInviteToken(token);
  if (parts === undefined) return unknown;
  const [before, account] = await Promise.all([
    ports.invites.findInvite(parts.accountId, id),
    ports.accounts.findAccount(parts.accountId),
  ]);
  if (before === undefined || account === undefined) return unknown;
  if (!ports.digestMatches(parts.secret, before.tokenSha256) || account.status !== 'active') return unknown;
  if (before.status === 'deleted') return refuse('conflict', 'This invite has been withdrawn.');
  if (before.status === 'accepted') return refuse('conflict', 'This invite has been accepted already.');
  if (before.expiresAt <= ports.nowSeconds())
    return refuse('conflict', 'This invite has expired. Ask for another one.');
  if ((account.memberCount ?? 0) >= MAX_MEMBERS)
    return refuse('conflict', 'The account has as many members as it can have.');
  return accept({ before, account });
}

function describeJoining(
  call: StrangerCall,
  { after, member, key }: Omit<Joining, 'entries'>,
  ports: AcceptInvitePorts,
) {
  const { id, accountId, role } = member;
  const actor = { type: 'session', session: { user: { id }, ip_address: call.sourceIp } } as const;
  const context = () => auditContext({ ...call, actor }, accountId, ports);
  const entries: readonly AuditEntry[] = [
    { ...context(), type: 'invite.accepted', 'invite.accepted': { id: after.id } },
    { ...context(), type: 'user.added', 'user.added': { id, data: { role } } },
    { ...context(), type: 'api_key.created', 'api_key.created': { id: key.id, data: { type: key.type, user_id: id } } },
  ];
  return entries;
}

async function tryAccept(
  call: StrangerCall,
  { id, token, name }: { readonly id: string; readonly token: string; readonly name: string | undefined },
  ports: AcceptInvitePorts,
): Promise<Outcome<Answer> | 'outdated'> {
  const open = await openInvite(id, token, ports);
  if (!open.ok) return open;
  const { before, account } = open.value;
  const { accountId, role, email } = before;
  const now = ports.nowSeconds();
  const userId = `user_${ports.randomBase62(24)}`;
  const member: MemberRecord = {
    schemaVersion: 1,
    id: userId,
    accountId,
    role,
    status: 'active',
    email,
    name,
    addedAt: now,
    version: 1,
  };
  const grown = countMember(account, { from: undefined, to: role });
  if (grown === undefined) throw new Error('an account that shrinks as somebody joins');
  const { record, key } = issueKey({ accountId, type: 'user', userId, settings: { name: 'first key' } }, ports);
  const joining = {
    before,
    after: takeInvite(before, userId, now),
    member,
    key: record,
    account: { before: account, after: grown },
  };
  const outcome = await ports.invites.acceptInvite({ ...joining, entries: describeJoining(call, joining, ports) });
  if (outcome === 'outdated') return outcome;
  const body = { ...presentUser(member), key: { ...(await presentOne(record, ports)), key } };
  return accept(answerJson(201, body, noStore));
}

/**
 * POST /v1/organization/invites/{id}/accept, by whoever holds the token: they become a member and get their first key, whose
 * secret is in this answer and nowhere else. Takes no key, as they have none.
 */
export async function acceptInvite(call: StrangerCall, id: string, ports: AcceptInvitePorts): Promise<Outcome<Answer>> {
  const input = parseInput(acceptInviteInput, call.input);
  if (!input.ok) return input;
  for (let count = 1; count <= MAX_ATTEMPTS; count += 1) {
    const outcome = await tryAccept(call, { id, ...input.value, name: input.value.name }, ports);
    if (outcome !== 'outdated') return outcome;
  }
  return refuse('conflict', 'The account is being changed at the same time. Try again.');
}
