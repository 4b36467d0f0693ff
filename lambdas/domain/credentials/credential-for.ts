import type { AccountRecord } from '../accounts/account-record.ts';
import { OPERATOR_TENANT } from './credential-record.ts';

/** Whose requests a credential is to serve. */
export type CredentialUser = Pick<AccountRecord, 'id' | 'credentials'>;

export interface CredentialName {
  readonly tenant: string;
  readonly provider: string;
  /** What is read at another version is another credential. 0 for the operator's. */
  readonly version: number;
}

/** The account's own credential for the provider, where its record says that it has one. */
export function ownCredential({ id, credentials = {} }: CredentialUser, provider: string): CredentialName | undefined {
  // A member of its own, as a provider may be called `constructor`.
  const version = Object.hasOwn(credentials, provider) ? credentials[provider] : undefined;
  return version === undefined ? undefined : { tenant: id, provider, version };
}

export function operatorCredential(provider: string): CredentialName {
  return { tenant: OPERATOR_TENANT, provider, version: 0 };
}
