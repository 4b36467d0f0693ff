import type { AccountRecord } from '../accounts/account-record.ts';
import type { AuditEntry } from '../audit/audit-event.ts';
import type { ChangeOutcome } from '../keys/key-registry.ts';
import type { ChangeActor } from '../management-call.ts';
import type { CredentialRecord } from './credential-record.ts';

export interface CredentialChange {
  /** As it was read, and at its next version: by that every request of the account goes by the change at once. */
  readonly account: { readonly before: AccountRecord; readonly after: AccountRecord };
  readonly actor: ChangeActor;
  readonly entry: AuditEntry;
}

/**
 * An account's own credentials of providers, as they are managed: a change commits the credential, the account, the version of
 * its counters and the audit event together, or not at all. Nothing is opened here. Throws GatewayFault `service_unavailable`.
 */
export interface AccountCredentials {
  /** Strongly consistent. */
  findCredential(accountId: string, provider: string): Promise<CredentialRecord | undefined>;
  /** Replaces what was there. */
  putCredential(change: CredentialChange & { readonly record: CredentialRecord }): Promise<ChangeOutcome>;
  withdrawCredential(
    change: CredentialChange & { readonly provider: string; readonly withdrawnAt: number },
  ): Promise<ChangeOutcome>;
}
