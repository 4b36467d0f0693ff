import type { AccountRecord } from '../accounts/account-record.ts';
import type { MemberRecord } from '../members/member-record.ts';
import type { KeyRecord } from './key-record.ts';

/** All that says what a key may do. */
export interface Policy {
  readonly key: KeyRecord;
  readonly account: AccountRecord;
  /** Whose key it is, where it is a member's. */
  readonly member?: MemberRecord | undefined;
}

/**
 * Policies for requests that reserve: there the counters know the versions, and turn a stale policy away. What reserves
 * nothing reads the KeyStore. Throws GatewayFault `service_unavailable` when the store cannot answer.
 */
export interface PolicyStore {
  /** A few seconds old at most. Undefined: there is no such key. */
  loadPolicy(publicId: string): Promise<Policy | undefined>;
  /** After `policy-changed`: read after this call. A change that is being committed may show only at the next. */
  reloadPolicy(publicId: string): Promise<Policy | undefined>;
}
