import type { AccountStore } from '../domain/accounts/account-store.ts';
import { GatewayFault } from '../domain/errors.ts';
import { newAccountWrites } from './account-writes.ts';
import type { CommitAudited } from './audited-transaction.ts';
import { type KeyTables, newKeyWrites } from './key-writes.ts';

export interface DynamoAccountStoreOptions extends KeyTables {
  readonly commit: CommitAudited;
}

/** Account, master key, the counters of both, events and chain head in one transaction. */
export function createDynamoAccountStore({ commit, ...tables }: DynamoAccountStoreOptions): AccountStore {
  return {
    async createAccount({ account, masterKey, entries }) {
      const writes = [...newAccountWrites(tables, account), ...newKeyWrites(tables, masterKey)];
      const outcome = await commit({ tenant: account.id, entries, writes });
      // Ids are drawn from more than 2^70: one that is taken was not drawn at random.
      if (outcome === 'outdated') throw new GatewayFault('internal_error', { cause: new Error('an id that is taken') });
    },
  };
}
