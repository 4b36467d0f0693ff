import { GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { decodeItem, encodeItem } from '../../lambdas/aws/attribute-values.ts';
import { createAuditedTransaction } from '../../lambdas/aws/audited-transaction.ts';
import { createDynamoAccountStore } from '../../lambdas/aws/dynamo-account-store.ts';
import { accountKey, type ItemKey, keyKey, memberKey, scopeKey } from '../../lambdas/aws/item-keys.ts';
import { canonicalDigest } from '../../lambdas/crypto/canonical-digest.ts';
import { randomBase62 } from '../../lambdas/crypto/random-base62.ts';
import { sha256Hex } from '../../lambdas/crypto/sha256-hex.ts';
import { createAccount } from '../../lambdas/operations/create-account.ts';
import { textOf } from './answer-text.ts';
import { type AwsEngines, auditTable, keysTable, ledgerTable } from './aws-engines.ts';

export interface ManagedAccount {
  readonly id: string;
  readonly masterId: string;
  readonly masterKey: string;
}

type Attributes = Parameters<typeof encodeItem>[0];

/** Accounts as the operator makes them, on the embedded engines, and a look at what lies in the tables. */
export function createManagedAccounts({ dynamoSdk }: AwsEngines) {
  const audit = { client: dynamoSdk, table: auditTable, digest: canonicalDigest, random: Math.random };
  const accounts = createDynamoAccountStore({ keysTable, ledgerTable, commit: createAuditedTransaction(audit) });
  const actor = { type: 'iam', iam: { arn: 'arn:aws:iam::1:user/op', ip_address: '192.0.2.1' } } as const;

  async function read(TableName: string, Key: ItemKey): Promise<Record<string, unknown> | undefined> {
    const { Item } = await dynamoSdk.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    return Item === undefined ? undefined : decodeItem(Item);
  }

  async function write(TableName: string, Key: ItemKey, attributes: Attributes): Promise<void> {
    const entries = Object.entries(encodeItem(attributes));
    await dynamoSdk.send(
      new UpdateItemCommand({
        TableName,
        Key,
        UpdateExpression: `SET ${entries.map((_, index) => `#${index} = :${index}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(entries.map(([name], index) => [`#${index}`, name])),
        ExpressionAttributeValues: Object.fromEntries(entries.map(([, value], index) => [`:${index}`, value])),
      }),
    );
  }

  return {
    async create(): Promise<ManagedAccount> {
      const outcome = await createAccount(
        { requestId: 'r-1', actor, input: { name: 'a', plan: 'enterprise' } },
        { accounts, nowSeconds: () => Math.floor(Date.now() / 1000), randomBase62, sha256Hex },
      );
      const { id, key } = JSON.parse(textOf(outcome));
      return { id, masterId: key.id, masterKey: key.key };
    },
    /** As they were kept before limits existed. */
    async createOldKey(accountId: string): Promise<{ readonly id: string }> {
      const id = randomBase62(12);
      const record = {
        schemaVersion: 1,
        id,
        accountId,
        name: 'old',
        type: 'user',
        status: 'active',
        secretSha256: sha256Hex(id),
        last4: 'wxyz',
        createdAt: 1_700_000_000,
      };
      await dynamoSdk.send(
        new PutItemCommand({ TableName: keysTable, Item: { ...keyKey(id), ...encodeItem(record) } }),
      );
      return { id };
    },
    readMember: (accountId: string, id: string) => read(keysTable, memberKey(accountId, id)),
    readAccount: (id: string) => read(keysTable, accountKey(id)),
    readKey: (id: string) => read(keysTable, keyKey(id)),
    readScope: (scope: string) => read(ledgerTable, scopeKey(scope)),
    patchKey: (id: string, attributes: Attributes) => write(keysTable, keyKey(id), attributes),
    patchAccount: (id: string, attributes: Attributes) => write(keysTable, accountKey(id), attributes),
    writeScope: (scope: string, attributes: Attributes) => write(ledgerTable, scopeKey(scope), attributes),
  };
}
export type ManagedAccounts = ReturnType<typeof createManagedAccounts>;
