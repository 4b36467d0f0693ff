// What the operations on an account's own credentials share.
import type { AccountRecord } from '../domain/accounts/account-record.ts';
import type { AccountCredentials } from '../domain/credentials/account-credentials.ts';
import type { CredentialRecord } from '../domain/credentials/credential-record.ts';
import type { SealSecret } from '../domain/credentials/credential-store.ts';
import { refuse } from '../domain/errors.ts';
import type { AuditContextPorts } from './audit-context.ts';

export interface AccountCredentialPorts extends AuditContextPorts {
  readonly accountCredentials: AccountCredentials;
  readonly sealSecret: SealSecret;
  /** Whether the stage's configuration knows such a provider, and it takes a credential. */
  readonly takesCredential: (provider: string) => boolean;
}

export function refuseProvider(): ReturnType<typeof refuse> {
  return refuse('not_found', 'No provider of that name that takes a credential is configured in this stage.');
}

/** The account at its next version, which is the credential's too; undefined: without one from now on. */
export function withCredential(before: AccountRecord, provider: string, isThere: boolean): AccountRecord {
  const policyVersion = before.policyVersion + 1;
  const others = Object.entries(before.credentials ?? {}).filter(([name]) => name !== provider);
  const own = isThere ? [[provider, policyVersion] as const] : [];
  return { ...before, policyVersion, credentials: Object.fromEntries([...others, ...own]) };
}

/** A credential as it is shown: its last four characters at most. */
export function showCredential({ provider, last4, createdAt }: CredentialRecord) {
  return { object: 'provider_credential', provider, last4, created_at: createdAt } as const;
}
