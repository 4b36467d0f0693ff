import type { CredentialUser } from './credential-for.ts';

/**
 * Gives a provider's credential in plain, from under its envelope: the account's own, or else the operator's. Both throw
 * GatewayFault `service_unavailable`.
 */
export interface CredentialVault {
  /** Undefined where neither is stored. Never log or return it. */
  reveal(provider: string, account: CredentialUser): Promise<string | undefined>;
  /** Whether one is stored; nothing is opened for that. */
  has(provider: string, account: CredentialUser): Promise<boolean>;
}
