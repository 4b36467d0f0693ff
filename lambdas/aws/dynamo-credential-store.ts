import type { CredentialStore } from '../domain/credentials/credential-store.ts';
import { encodeItem } from './attribute-values.ts';
import type { CommitAudited } from './audited-transaction.ts';
import { credentialKey } from './item-keys.ts';

export interface DynamoCredentialStoreOptions {
  /** The `keys` table. */
  readonly table: string;
  readonly commit: CommitAudited;
}

/** Credential, event and chain head in one transaction. */
export function createDynamoCredentialStore({ table, commit }: DynamoCredentialStoreOptions): CredentialStore {
  return {
    async putCredential(record, entry) {
      const Item = { ...credentialKey(record.tenant, record.provider), ...encodeItem(record) };
      await commit({ tenant: record.tenant, entries: [entry], writes: [{ Put: { TableName: table, Item } }] });
    },
  };
}
