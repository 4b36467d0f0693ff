import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { AccountCredentials, CredentialChange } from '../domain/credentials/account-credentials.ts';
import { credentialRecord } from '../domain/credentials/credential-record.ts';
import { GatewayFault } from '../domain/errors.ts';
import { changedAccountWrites } from './account-writes.ts';
import { actorGuards } from './actor-guards.ts';
import { encodeItem } from './attribute-values.ts';
import type { CommitAudited } from './audited-transaction.ts';
import { credentialKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import type { KeyTables } from './key-writes.ts';
import { readLiveItem } from './live-item.ts';
import { withdrawItem } from './withdraw-item.ts';

export interface DynamoAccountCredentialsOptions extends KeyTables {
  /** Reads. */
  readonly client: JsonClient;
  /** Writes. */
  readonly commit: CommitAudited;
}

export function createDynamoAccountCredentials(options: DynamoAccountCredentialsOptions): AccountCredentials {
  const { client, keysTable, commit } = options;

  function change({ account, actor, entry }: CredentialChange, write: TransactWriteItem) {
    const writes = [write, ...changedAccountWrites(options, account.before, account.after)];
    const guards = actorGuards(keysTable, actor, writes);
    return commit({ tenant: account.after.id, entries: [entry], writes: [...writes, ...guards] });
  }

  return {
    async findCredential(accountId, provider) {
      try {
        const item = await readLiveItem({ client, table: keysTable }, credentialKey(accountId, provider));
        return item === undefined ? undefined : z.parse(credentialRecord, item);
      } catch (cause) {
        throw new GatewayFault('service_unavailable', { cause });
      }
    },
    putCredential(putting) {
      const { record } = putting;
      const Item = { ...credentialKey(record.tenant, record.provider), ...encodeItem(record) };
      return change(putting, { Put: { TableName: keysTable, Item } });
    },
    withdrawCredential(withdrawal) {
      const { account, provider, withdrawnAt } = withdrawal;
      return change(withdrawal, withdrawItem(keysTable, credentialKey(account.after.id, provider), withdrawnAt));
    },
  };
}
