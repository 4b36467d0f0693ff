import type { MemberDirectory } from './member-directory.ts';
import type { MemberRecord } from './member-record.ts';

/**
 * The members of accounts, as they are managed. All reads are strongly consistent. Throws GatewayFault `service_unavailable`.
 */
export interface MemberRegistry extends MemberDirectory {
  /** Those of these ids that exist, by id; one who was removed among them. */
  findMembers(accountId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, MemberRecord>>;
}
