import type { AuditEntry } from '../audit/audit-event.ts';
import type { KeyRecord } from '../keys/key-record.ts';
import type { AccountRecord } from './account-record.ts';

export interface NewAccount {
  readonly account: AccountRecord;
  readonly masterKey: KeyRecord;
  readonly entries: readonly AuditEntry[];
}

/** Where accounts are kept. Throws GatewayFault `service_unavailable` when the store cannot answer. */
export interface AccountStore {
  /** The account, its master key and the events that tell of them commit together or not at all. */
  createAccount(newAccount: NewAccount): Promise<void>;
}
