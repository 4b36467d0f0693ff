import type { AccountRecord } from './account-record.ts';

/** Where accounts are looked up. Throws GatewayFault `service_unavailable` when the store cannot answer. */
export interface AccountDirectory {
  /** Strongly consistent: a closing that has returned is seen. */
  findAccount(accountId: string): Promise<AccountRecord | undefined>;
}
