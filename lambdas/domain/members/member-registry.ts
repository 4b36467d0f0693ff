import type { AccountRecord } from '../accounts/account-record.ts';
import type { AuditEntry } from '../audit/audit-event.ts';
import type { ChangeOutcome } from '../keys/key-registry.ts';
import type { ChangeActor } from '../management-call.ts';
import type { MemberDirectory } from './member-directory.ts';
import type { MemberRecord } from './member-record.ts';

export interface MemberPage {
  /** In the order of the ids. */
  readonly members: readonly MemberRecord[];
  readonly hasMore: boolean;
}

export interface MemberChange {
  /** As it was read; the change is made from exactly this version. */
  readonly before: MemberRecord;
  /** At the next version. */
  readonly after: MemberRecord;
  /** As it was read, and at its next version: by that all keys of the member are held to the change at once. */
  readonly account: { readonly before: AccountRecord; readonly after: AccountRecord };
  readonly actor: ChangeActor;
  readonly entry: AuditEntry;
}

/**
 * The members of accounts, as they are managed. A change commits the member, the account, the version of the account's counters
 * and the audit event together, or not at all. All reads are strongly consistent. Throws GatewayFault `service_unavailable`.
 */
export interface MemberRegistry extends MemberDirectory {
  /** Those of these ids that exist, by id; one who was removed among them. */
  findMembers(accountId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, MemberRecord>>;
  /** Those who were not removed. */
  listMembers(
    accountId: string,
    page: { readonly after: string | undefined; readonly limit: number },
  ): Promise<MemberPage>;
  changeMember(change: MemberChange): Promise<ChangeOutcome>;
}
