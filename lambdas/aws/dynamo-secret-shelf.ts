import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { credentialContext, envelope } from '../domain/credentials/credential-record.ts';
import { keySecretContext } from '../domain/credentials/key-secret.ts';
import type { Rewrapping, SecretShelf, ShelvedSecret } from '../domain/credentials/secret-shelf.ts';
import { encodeItem } from './attribute-values.ts';
import type { CommitAudited } from './audited-transaction.ts';
import { shelfKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import { queryPage } from './query-page.ts';

export interface DynamoSecretShelfOptions {
  /** Reads. */
  readonly client: JsonClient;
  /** Writes. */
  readonly commit: CommitAudited;
  /** The `keys` table. */
  readonly keysTable: string;
}

/** A credential of a provider, or the secret of a virtual key. */
const shelved = z.union([
  z.object({ sk: z.string(), provider: z.string(), envelope }),
  z.object({ sk: z.string(), keyId: z.string(), envelope }),
]);

function toSecret(tenant: string, item: z.infer<typeof shelved>): ShelvedSecret {
  const context = 'provider' in item ? credentialContext(tenant, item.provider) : keySecretContext(tenant, item.keyId);
  return { id: item.sk, context, envelope: item.envelope };
}

function rewrapWrite(table: string, tenant: string, { before, envelope: after }: Rewrapping): TransactWriteItem {
  return {
    Update: {
      TableName: table,
      Key: { ...shelfKey(tenant, before.id) },
      UpdateExpression: 'SET envelope = :after',
      ConditionExpression: 'envelope.dataKey = :before',
      ExpressionAttributeValues: { ':before': { S: before.envelope.dataKey }, ':after': { M: encodeItem(after) } },
    },
  };
}

export function createDynamoSecretShelf({ client, commit, keysTable }: DynamoSecretShelfOptions): SecretShelf {
  return {
    async listSecrets(tenant, { after, limit }) {
      const query = {
        table: keysTable,
        prefix: shelfKey(tenant, ''),
        after: after === undefined ? undefined : shelfKey(tenant, after),
        limit,
        filter: { expression: 'attribute_not_exists(expiresAtSeconds)' },
      };
      const { values, hasMore } = await queryPage(client, query, shelved);
      return { secrets: values.map((item) => toSecret(tenant, item)), hasMore };
    },
    rewrapSecrets(tenant, changes, entry) {
      const writes = changes.map((change) => rewrapWrite(keysTable, tenant, change));
      return commit({ tenant, entries: [entry], writes });
    },
  };
}
