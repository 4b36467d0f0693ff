import type { AccountRecord } from '../accounts/account-record.ts';
import type { AuditEntry } from '../audit/audit-event.ts';
import type { KeyRecord } from '../keys/key-record.ts';
import type { ChangeOutcome } from '../keys/key-registry.ts';
import type { ChangeActor } from '../management-call.ts';
import type { MemberRecord } from '../members/member-record.ts';
import type { InviteRecord } from './invite-record.ts';

export interface InvitePage {
  /** In the order of the ids. */
  readonly invites: readonly InviteRecord[];
  readonly hasMore: boolean;
}

interface InviteChange {
  readonly actor: ChangeActor;
  readonly entry: AuditEntry;
}

export interface InviteCreation extends InviteChange {
  readonly invite: InviteRecord & { readonly email: string };
}

export interface InviteWithdrawal extends InviteChange {
  /** As it was read; it must still be pending. */
  readonly before: InviteRecord;
  readonly after: InviteRecord;
}

/** Everything that comes of accepting an invite. */
export interface Joining {
  /** As it was read; it must still be pending. */
  readonly before: InviteRecord;
  readonly after: InviteRecord;
  readonly member: MemberRecord;
  readonly key: KeyRecord;
  /** As it was read, and with one member more. */
  readonly account: { readonly before: AccountRecord; readonly after: AccountRecord };
  readonly entries: readonly AuditEntry[];
}

/**
 * The invites of accounts. A change commits with its audit events or not at all. All reads are strongly consistent. Throws
 * GatewayFault `service_unavailable`.
 */
export interface InviteRegistry {
  findInvite(accountId: string, inviteId: string): Promise<InviteRecord | undefined>;
  /** Those that were not withdrawn. */
  listInvites(
    accountId: string,
    page: { readonly after: string | undefined; readonly limit: number },
  ): Promise<InvitePage>;
  /** Whether the address belongs to a member, or to an invite that can still be taken. */
  isAddressTaken(accountId: string, email: string): Promise<boolean>;
  /** `outdated` too where the address has been taken meanwhile. */
  createInvite(creation: InviteCreation): Promise<ChangeOutcome>;
  withdrawInvite(withdrawal: InviteWithdrawal): Promise<ChangeOutcome>;
  acceptInvite(joining: Joining): Promise<ChangeOutcome>;
}
