import { accept, GatewayFault, type Outcome, refuse } from '../errors.ts';
import type { AccountRecord } from './account-record.ts';

/** Whether the account of a key that was let in may act now. Throws GatewayFault where a key has no account. */
export function verifyAccount(account: AccountRecord | undefined): Outcome<AccountRecord> {
  if (account === undefined)
    throw new GatewayFault('internal_error', { cause: new Error('a key without its account') });
  if (account.status === 'closed') {
    return refuse('key_disabled', 'The account of this API key has been closed.');
  }
  if (account.status === 'suspended') {
    return refuse('key_disabled', 'The account of this API key has been suspended. Ask whoever operates the gateway.');
  }
  return accept(account);
}
