import type { MemberRecord } from './member-record.ts';

/** Where members are looked up. Throws GatewayFault `service_unavailable` when the store cannot answer. */
export interface MemberDirectory {
  /** Strongly consistent: a removal that has returned is seen. */
  findMember(accountId: string, userId: string): Promise<MemberRecord | undefined>;
}
