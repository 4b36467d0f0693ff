// Where each record lies: the one place that knows the tables' key layout. `keys` holds accounts, members, invites, virtual
// keys and provider credentials; `ledger` holds the counters of each scope; `usage` holds the records of requests; `audit`
// holds one chain per account, and one of the operator's own.

import { writeSequence } from '../domain/audit/audit-chain.ts';
import { OPERATOR_TENANT } from '../domain/credentials/credential-record.ts';

export type ItemKey = Readonly<Record<'pk' | 'sk', { readonly S: string }>>;

function itemKey(pk: string, sk: string): ItemKey {
  return { pk: { S: pk }, sk: { S: sk } };
}

export function accountKey(accountId: string): ItemKey {
  return itemKey(`ACCOUNT#${accountId}`, 'ACCOUNT');
}

export function keyKey(publicId: string): ItemKey {
  return itemKey(`KEY#${publicId}`, 'KEY');
}

export const KEY_ENTRY_PREFIX = 'KEY#';

/** By these an account's keys are listed, in the order of their ids. */
export function keyEntryKey(accountId: string, publicId: string): ItemKey {
  return itemKey(`ACCOUNT#${accountId}`, KEY_ENTRY_PREFIX + publicId);
}

export function memberKey(accountId: string, userId: string): ItemKey {
  return itemKey(`ACCOUNT#${accountId}`, `MEMBER#${userId}`);
}

export function scopeKey(scope: string): ItemKey {
  return itemKey(`SCOPE#${scope}`, 'SCOPE');
}

export function credentialKey(tenant: string, provider: string): ItemKey {
  return itemKey(`TENANT#${tenant}`, `CREDENTIAL#${provider}`);
}

/** The operator's own chain stands beside the accounts'. */
function chainPartition(tenant: string): string {
  return tenant === OPERATOR_TENANT ? `TENANT#${tenant}` : `ACCOUNT#${tenant}`;
}

export function auditEventKey(tenant: string, sequence: number): ItemKey {
  return itemKey(chainPartition(tenant), `EVENT#${writeSequence(sequence)}`);
}

export function auditHeadKey(tenant: string): ItemKey {
  return itemKey(chainPartition(tenant), 'HEAD');
}

/** Throws RangeError for the key of another kind of item. */
export function scopeOfKey(pk: string): string {
  if (!pk.startsWith('SCOPE#')) throw new RangeError('not the key of a scope');
  return pk.slice('SCOPE#'.length);
}

export interface RequestAddress {
  readonly accountId: string;
  /** Unix milliseconds: its hour finds the partition. */
  readonly startedAtMs: number;
  readonly requestId: string;
}

/** Request records, in `usage`: an account's of one hour (`2026-11-22T09`) lie together. */
export function requestKey({ accountId, startedAtMs, requestId }: RequestAddress): ItemKey {
  const hour = new Date(startedAtMs).toISOString().slice(0, 13);
  return itemKey(`ACCOUNT#${accountId}#HOUR#${hour}`, `REQUEST#${requestId}`);
}
