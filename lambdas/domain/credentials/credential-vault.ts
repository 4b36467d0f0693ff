/** Gives a provider's credential in plain, from under its envelope. Both throw GatewayFault `service_unavailable`. */
export interface CredentialVault {
  /** The operator's credential for `provider`, or undefined where none is stored. Never log or return it. */
  reveal(provider: string): Promise<string | undefined>;
  /** Whether one is stored; nothing is opened for that. */
  has(provider: string): Promise<boolean>;
}
