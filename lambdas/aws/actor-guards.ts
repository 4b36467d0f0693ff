import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { ChangeActor } from '../domain/management-call.ts';
import { accountKey, type ItemKey, keyKey } from './item-keys.ts';
import { seenVersion } from './seen-version.ts';

/** Holds where the record is active, and still what it was when it was read. */
export function unchangedRecord(
  TableName: string,
  Key: ItemKey,
  { policyVersion }: { readonly policyVersion: number },
) {
  const seen = seenVersion(policyVersion);
  return {
    ConditionCheck: {
      TableName,
      Key: { ...Key },
      ConditionExpression: `#status = :active AND ${seen.ConditionExpression}`,
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':active': { S: 'active' }, ...seen.ExpressionAttributeValues },
    },
  };
}

/**
 * Whoever makes a change must have the right to it at that very instant: their key and their account must be as they were read,
 * and a member's removal or role is in the account's version. A transaction names no item twice; what `writes` names is held to
 * the version that it was read at by them.
 */
export function actorGuards(
  keysTable: string,
  { key, account }: ChangeActor,
  writes: readonly TransactWriteItem[],
): TransactWriteItem[] {
  const written = new Set(
    writes.flatMap(({ Put, ConditionCheck }) => {
      const [table, key] = Put ? [Put.TableName, Put.Item] : [ConditionCheck?.TableName, ConditionCheck?.Key];
      return table === keysTable ? [`${key?.['pk']?.S} ${key?.['sk']?.S}`] : [];
    }),
  );
  const isWritten = ({ pk, sk }: ItemKey) => written.has(`${pk.S} ${sk.S}`);
  return [
    ...(isWritten(keyKey(key.id)) ? [] : [unchangedRecord(keysTable, keyKey(key.id), key)]),
    ...(isWritten(accountKey(account.id)) ? [] : [unchangedRecord(keysTable, accountKey(account.id), account)]),
  ];
}
