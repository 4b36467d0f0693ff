import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { type InviteRecord, inviteRecord } from '../domain/invites/invite-record.ts';
import type { InviteCreation, InviteRegistry, Joining } from '../domain/invites/invite-registry.ts';
import { changedAccountWrites } from './account-writes.ts';
import { actorGuards } from './actor-guards.ts';
import { encodeItem } from './attribute-values.ts';
import type { CommitAudited } from './audited-transaction.ts';
import { inviteKey } from './item-keys.ts';
import type { JsonClient } from './json-client.ts';
import { type KeyTables, newKeyWrites } from './key-writes.ts';
import { addressKeyOf, newMemberWrites, releaseAddress } from './member-writes.ts';
import { queryPage } from './query-page.ts';
import { readRecord } from './read-record.ts';

export interface DynamoInviteRegistryOptions extends KeyTables {
  /** Reads. */
  readonly client: JsonClient;
  /** Writes. */
  readonly commit: CommitAudited;
  readonly nowSeconds: () => number;
}

/** Without an end: a member's. With one: an invite's, until then. */
const addressClaim = z.object({ expiresAtSeconds: z.optional(z.int()) });

const notWithdrawn = {
  expression: '#status <> :deleted',
  names: { '#status': 'status' },
  values: { ':deleted': { S: 'deleted' } },
} as const;

/** A change of an invite that is still pending. */
function changedInvite(table: string, after: InviteRecord): TransactWriteItem {
  return {
    Put: {
      TableName: table,
      Item: { ...inviteKey(after.accountId, after.id), ...encodeItem(after) },
      ConditionExpression: '#status = :pending',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':pending': { S: 'pending' } },
    },
  };
}

/** The address of a new invite, which nobody else may have: a member has it for good, an invite until it ends. */
function claimAddress(table: string, { invite }: InviteCreation): TransactWriteItem {
  const { accountId, id, email, invitedAt, expiresAt } = invite;
  return {
    Put: {
      TableName: table,
      Item: { ...addressKeyOf(accountId, email), ...encodeItem({ inviteId: id, expiresAtSeconds: expiresAt }) },
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAtSeconds <= :now',
      ExpressionAttributeValues: { ':now': { N: String(invitedAt) } },
    },
  };
}

/** The address passes from the invite to the member, unless another invite has got it meanwhile. */
function settleAddress(table: string, { before, member }: Joining): TransactWriteItem[] {
  if (before.email === undefined) return [];
  return [
    {
      Put: {
        TableName: table,
        Item: { ...addressKeyOf(before.accountId, before.email), ...encodeItem({ userId: member.id }) },
        ConditionExpression: 'inviteId = :invite',
        ExpressionAttributeValues: { ':invite': { S: before.id } },
      },
    },
  ];
}

/** Lets the address be invited again. That of an invite which has ended is free already, or another's by now. */
function freeAddress(table: string, before: InviteRecord, after: InviteRecord): TransactWriteItem[] {
  const { accountId, id, email, expiresAt } = before;
  if (email === undefined || expiresAt <= after.expiresAtSeconds) return [];
  const { Put } = releaseAddress(table, accountId, email, after.expiresAtSeconds);
  const own = { ConditionExpression: 'inviteId = :invite', ExpressionAttributeValues: { ':invite': { S: id } } };
  return [{ Put: { ...Put, ...own } }];
}

export function createDynamoInviteRegistry(options: DynamoInviteRegistryOptions): InviteRegistry {
  const { client, keysTable, commit, nowSeconds } = options;
  const table = { client, table: keysTable };
  return {
    findInvite: (accountId, inviteId) => readRecord(table, inviteKey(accountId, inviteId), inviteRecord),

    async listInvites(accountId, { after, limit }) {
      const query = {
        table: keysTable,
        prefix: inviteKey(accountId, ''),
        after: after === undefined ? undefined : inviteKey(accountId, after),
        limit,
        filter: notWithdrawn,
      };
      const { values, hasMore } = await queryPage(client, query, inviteRecord);
      return { invites: values, hasMore };
    },

    async isAddressTaken(accountId, email) {
      const claim = await readRecord(table, addressKeyOf(accountId, email), addressClaim);
      return claim !== undefined && (claim.expiresAtSeconds ?? Number.POSITIVE_INFINITY) > nowSeconds();
    },

    async createInvite(creation) {
      const { invite, actor, entry } = creation;
      const Item = { ...inviteKey(invite.accountId, invite.id), ...encodeItem(invite) };
      const writes = [
        { Put: { TableName: keysTable, Item, ConditionExpression: 'attribute_not_exists(pk)' } },
        claimAddress(keysTable, creation),
      ];
      const guards = actorGuards(keysTable, actor, writes);
      return commit({ tenant: invite.accountId, entries: [entry], writes: [...writes, ...guards] });
    },

    async withdrawInvite({ before, after, actor, entry }) {
      const { accountId } = before;
      const writes = [changedInvite(keysTable, after), ...freeAddress(keysTable, before, after)];
      const guards = actorGuards(keysTable, actor, writes);
      return commit({ tenant: accountId, entries: [entry], writes: [...writes, ...guards] });
    },

    async acceptInvite(joining) {
      const { after, member, key, account, entries } = joining;
      const writes = [
        changedInvite(keysTable, after),
        ...settleAddress(keysTable, joining),
        ...newMemberWrites(keysTable, member),
        ...changedAccountWrites(options, account.before, account.after),
        ...newKeyWrites(options, key),
      ];
      return commit({ tenant: after.accountId, entries, writes });
    },
  };
}
