import type { AuditEntry } from '../audit/audit-event.ts';
import type { ChangeOutcome } from '../keys/key-registry.ts';
import type { ChangeActor } from '../management-call.ts';
import type { AccountDirectory } from './account-directory.ts';
import type { AccountRecord } from './account-record.ts';

export interface AccountUpdate {
  /** As it was read; the change is made from exactly this version. */
  readonly before: AccountRecord;
  /** At the next version: it holds for all keys of the account at once. */
  readonly after: AccountRecord;
  /** Whose right it is to make the change. @default the operator's, whom IAM has let in */
  readonly actor?: ChangeActor;
  readonly entry: AuditEntry;
}

export interface AccountPage {
  /** In the order of the ids. */
  readonly accounts: readonly AccountRecord[];
  readonly hasMore: boolean;
}

/**
 * The accounts, as they are managed. A change commits the account, the version of its counters and the audit event together,
 * or not at all. All reads are strongly consistent. Throws GatewayFault `service_unavailable`.
 */
export interface AccountRegistry extends AccountDirectory {
  /** All of the deployment, closed ones among them. */
  listAccounts(page: { readonly after: string | undefined; readonly limit: number }): Promise<AccountPage>;
  updateAccount(update: AccountUpdate): Promise<ChangeOutcome>;
}
