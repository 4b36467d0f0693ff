// Where each record lies: the one place that knows the tables' key layout. `keys` holds accounts, members, invites, virtual
// keys and provider credentials; `ledger` holds the counters of each scope; `usage` holds the records of requests and what
// each hour came to; `audit` holds one chain per account, and one of the operator's own.

import { writeSequence } from '../domain/audit/audit-chain.ts';
import { crc32 } from '../domain/crc32.ts';
import { OPERATOR_TENANT } from '../domain/credentials/credential-record.ts';
import { isUnlogged } from '../domain/limits/unlogged-id.ts';

export type ItemKey = Readonly<Record<'pk' | 'sk', { readonly S: string }>>;

function itemKey(pk: string, sk: string): ItemKey {
  return { pk: { S: pk }, sk: { S: sk } };
}

export function accountKey(accountId: string): ItemKey {
  return itemKey(`ACCOUNT#${accountId}`, 'ACCOUNT');
}

/** By these all accounts of the deployment are listed, in the order of their ids. */
export function accountEntryKey(accountId: string): ItemKey {
  return itemKey('ACCOUNTS', `ACCOUNT#${accountId}`);
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

export function inviteKey(accountId: string, inviteId: string): ItemKey {
  return itemKey(`ACCOUNT#${accountId}`, `INVITE#${inviteId}`);
}

/** Says that an address is taken in the account: by its digest, as keys of items turn up in traces and reports. */
export function addressKey(accountId: string, addressSha256: string): ItemKey {
  return itemKey(`ACCOUNT#${accountId}`, `ADDRESS#${addressSha256}`);
}

export function scopeKey(scope: string): ItemKey {
  return itemKey(`SCOPE#${scope}`, 'SCOPE');
}

export function credentialKey(tenant: string, provider: string): ItemKey {
  return itemKey(`TENANT#${tenant}`, `CREDENTIAL#${provider}`);
}

/** A partition of its own, so that a policy can name it. */
export function pricesKey(): ItemKey {
  return itemKey(`TENANT#${OPERATOR_TENANT}#PRICES`, 'PRICES');
}

/** The secret of a virtual key, where its account has it kept: beside the credentials, and apart from what the key's record tells. */
export function keySecretKey(accountId: string, keyId: string): ItemKey {
  return itemKey(`TENANT#${accountId}`, `KEY_SECRET#${keyId}`);
}

/** Anything that is sealed for a tenant, by its whole sort key. */
export function shelfKey(tenant: string, sortKey: string): ItemKey {
  return itemKey(`TENANT#${tenant}`, sortKey);
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

export interface HourAddress {
  readonly accountId: string;
  /** When it began, Unix milliseconds. */
  readonly hourMs: number;
}

/** `2026-11-22T09`; in that order they lie. */
function hourName(ms: number): string {
  return new Date(ms).toISOString().slice(0, 13);
}

export interface RequestAddress {
  readonly accountId: string;
  /** Unix milliseconds, to the minute at least. */
  readonly startedAtMs: number;
  readonly requestId: string;
}

/** Over how many partitions an account's hour is spread: each takes 1,000 records a second. */
export const REQUEST_SHARDS = 4;

/** Those under zero logging lie apart, so that the one function that deletes can delete nothing else. */
export function requestPartition({ accountId, hourMs }: HourAddress, logged: boolean, shard: number): string {
  return `${logged ? 'ACCOUNT' : 'UNLOGGED'}#${accountId}#HOUR#${hourName(hourMs)}#${shard}`;
}

export const REQUEST_PREFIX = 'REQUEST#';

/** By the minute of the hour in which they began. */
export function requestMinutePrefix(startedAtMs: number): string {
  return REQUEST_PREFIX + new Date(startedAtMs).toISOString().slice(14, 16);
}

const encoder = new TextEncoder();

/** Request records, in `usage`: an account's of one hour lie together. */
export function requestKey({ accountId, startedAtMs, requestId }: RequestAddress): ItemKey {
  const logged = !isUnlogged(requestId);
  const shard = crc32(encoder.encode(requestId)) % REQUEST_SHARDS;
  const pk = requestPartition({ accountId, hourMs: startedAtMs }, logged, shard);
  return itemKey(pk, logged ? `${requestMinutePrefix(startedAtMs)}#${requestId}` : REQUEST_PREFIX + requestId);
}

export function hoursPartition(accountId: string): string {
  return `ACCOUNT#${accountId}#HOURS`;
}

/** What is known of an account's hour: whether it has to be folded, and where it has been to. */
export function hourKey({ accountId, hourMs }: HourAddress): ItemKey {
  return itemKey(hoursPartition(accountId), hourName(hourMs));
}

/** Throws RangeError for the key of another kind of item. */
export function hourOfKey({ pk, sk }: { readonly pk: string; readonly sk: string }): HourAddress {
  const [, accountId] = /^ACCOUNT#(.+)#HOURS$/.exec(pk) ?? [];
  const hourMs = Date.parse(`${sk.slice(0, 13)}:00:00Z`);
  if (accountId === undefined || Number.isNaN(hourMs)) throw new RangeError('not the key of an hour');
  return { accountId, hourMs };
}

/** A part of what an hour came to, right behind the hour itself. */
export function hourPartKey(hour: HourAddress, fold: number, part: number): ItemKey {
  const { pk, sk } = hourKey(hour);
  return itemKey(pk.S, `${sk.S}#PART#${fold}#${part}`);
}

/** What the requests of a key under zero logging came to in the hour, those that are no longer there. */
export function unloggedSumKey(hour: HourAddress, keyId: string): ItemKey {
  const { pk, sk } = hourKey(hour);
  return itemKey(pk.S, `${sk.S}#UNLOGGED#${keyId}`);
}
