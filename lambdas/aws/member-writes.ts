import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { sha256Hex } from '../crypto/sha256-hex.ts';
import type { MemberRecord } from '../domain/members/member-record.ts';
import { encodeItem } from './attribute-values.ts';
import { addressKey, type ItemKey, memberKey } from './item-keys.ts';
import { withdrawItem } from './withdraw-item.ts';

export function addressKeyOf(accountId: string, email: string): ItemKey {
  return addressKey(accountId, sha256Hex(email));
}

export function newMemberWrites(table: string, member: MemberRecord): TransactWriteItem[] {
  const Item = { ...memberKey(member.accountId, member.id), ...encodeItem(member) };
  return [{ Put: { TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' } }];
}

/** A change of a member, from exactly the version that was read. Who is removed leaves their address to others. */
export function changedMemberWrites(table: string, before: MemberRecord, after: MemberRecord): TransactWriteItem[] {
  const { accountId, id } = after;
  const put: TransactWriteItem = {
    Put: {
      TableName: table,
      Item: { ...memberKey(accountId, id), ...encodeItem(after) },
      ConditionExpression: 'version = :seen',
      ExpressionAttributeValues: { ':seen': { N: String(before.version) } },
    },
  };
  if (after.status !== 'removed' || before.email === undefined) return [put];
  return [put, releaseAddress(table, accountId, before.email, after.removedAt ?? 0)];
}

/** Lets an address be invited again. */
export function releaseAddress(table: string, accountId: string, email: string, nowSeconds: number) {
  return withdrawItem(table, addressKeyOf(accountId, email), nowSeconds);
}
