import { GatewayFault } from '../domain/errors.ts';
import type { Policy, PolicyStore } from '../domain/keys/policy-store.ts';
import type { ScopePolicy } from '../domain/limits/scope.ts';
import { accountScope, scopesOfKey } from '../domain/limits/scopes-of.ts';
import { createDynamoAccountDirectory } from './dynamo-account-directory.ts';
import { createDynamoKeyStore } from './dynamo-key-store.ts';
import { createDynamoMemberDirectory } from './dynamo-member-directory.ts';
import { createExpiringCache } from './expiring-cache.ts';
import type { JsonClient } from './json-client.ts';
import { openScope } from './scope-writes.ts';

/** A stale policy is turned away by the counters, so age is a matter of round trips, not of trust. Absence is not kept. */
const CACHE = { freshMs: 5_000, hardEndMs: 5_000, retryMs: 0, maxEntries: 1_000 } as const;

export interface DynamoPolicyStoreOptions {
  readonly client: JsonClient;
  /** The `keys` table. */
  readonly keysTable: string;
  /** The `ledger` table. */
  readonly ledgerTable: string;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Version 0: the records are older than the counters. Whoever changes them from then on makes the counters too. */
function unopenedScopes({ key, account }: Policy): readonly ScopePolicy[] {
  return [
    ...(key.policyVersion === 0 ? scopesOfKey(key) : []),
    ...(account.policyVersion === 0 ? [accountScope(account)] : []),
  ];
}

/** Key, then account, then member, by consistent reads; all kept for a few seconds per instance. */
export function createDynamoPolicyStore(options: DynamoPolicyStoreOptions): PolicyStore {
  const { client, keysTable, ledgerTable, now } = options;
  const { findKey } = createDynamoKeyStore({ client, table: keysTable });
  const { findAccount } = createDynamoAccountDirectory({ client, table: keysTable });
  const { findMember } = createDynamoMemberDirectory({ client, table: keysTable });

  async function open(policy: ScopePolicy): Promise<void> {
    try {
      await client.call('UpdateItem', openScope(ledgerTable, policy));
    } catch (cause) {
      throw new GatewayFault('service_unavailable', { cause });
    }
  }

  async function load(publicId: string): Promise<Policy | undefined> {
    const key = await findKey(publicId);
    if (key === undefined) return undefined;
    const account = await findAccount(key.accountId);
    if (account === undefined)
      throw new GatewayFault('internal_error', { cause: new Error('a key without its account') });
    // Never beside the account: the counters know its version alone, and that vouches for a member read after it.
    const member = key.userId === undefined ? undefined : await findMember(account.id, key.userId);
    const policy = { key, account, member };
    await Promise.all(unopenedScopes(policy).map(open));
    return policy;
  }

  const { get, renew } = createExpiringCache({ load, now, ...CACHE });
  return { loadPolicy: get, reloadPolicy: renew };
}
