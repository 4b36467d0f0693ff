import type { Permission } from '../domain/access/permissions.ts';
import { type Permissions, permissionsOf } from '../domain/access/permissions-of.ts';
import type { AccountRecord } from '../domain/accounts/account-record.ts';
import { verifyAccount } from '../domain/accounts/verify-account.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import { type ConnectionPorts, checkConnection } from '../domain/keys/check-connection.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { Policy, PolicyStore } from '../domain/keys/policy-store.ts';
import type { Presented } from '../domain/keys/presented.ts';
import { verifyMember } from '../domain/members/verify-member.ts';
import { type AuthenticatePorts, authenticate } from './authenticate.ts';

/** Who calls, and what they are held to. */
export interface Caller {
  readonly key: KeyRecord;
  readonly account: AccountRecord;
}

export interface IdentifyPorts extends Omit<AuthenticatePorts, 'keys'>, ConnectionPorts {
  readonly policies: PolicyStore;
}

export interface Identification {
  readonly presented: Presented;
  /** What the route takes. @default any key in force */
  readonly permission?: Permission | undefined;
}

function mayUse(permissions: Permissions, permission: Permission | undefined): Outcome<undefined> {
  if (permission === undefined || permissions.has(permission)) return accept(undefined);
  return refuse('permission_denied', `This API key may not do that. It takes the permission ${permission}.`);
}

async function identifyOnce(
  { presented, permission }: Identification,
  load: PolicyStore['loadPolicy'],
  ports: IdentifyPorts,
): Promise<Outcome<Caller>> {
  let policy: Policy | undefined;
  const keys = {
    async findKey(publicId: string) {
      policy = await load(publicId);
      return policy?.key;
    },
  };
  const key = await authenticate(presented.key, { ...ports, keys });
  if (!key.ok) return key;
  const account = verifyAccount(policy?.account);
  if (!account.ok) return account;
  const member = verifyMember(key.value, policy?.member);
  if (!member.ok) return member;
  const connection = checkConnection(key.value, presented, ports);
  if (!connection.ok) return connection;
  const permitted = mayUse(permissionsOf(key.value, member.value), permission);
  return permitted.ok ? accept({ key: key.value, account: account.value }) : permitted;
}

/** What a newer policy may say otherwise: more time, another secret, another place, a higher role. */
const revocable: ReadonlySet<string> = new Set([
  'key_expired',
  'key_disabled',
  'invalid_api_key',
  'ip_not_allowed',
  'origin_not_allowed',
  'permission_denied',
]);

/**
 * The caller by the key as presented. `cached` is for routes that reserve: their reservation fails where the policy has
 * changed since, and they come back with `fresh`, as every other route does from the start.
 */
export async function identify(
  who: Identification,
  age: 'cached' | 'fresh',
  ports: IdentifyPorts,
): Promise<Outcome<Caller>> {
  const { loadPolicy, reloadPolicy } = ports.policies;
  if (age === 'fresh') return identifyOnce(who, reloadPolicy, ports);
  let isKnown = false;
  const caller = await identifyOnce(
    who,
    async (publicId) => {
      const policy = await loadPolicy(publicId);
      isKnown = policy !== undefined;
      return policy;
    },
    ports,
  );
  // Absence is never kept, so a key of nobody costs one look.
  const mayHaveChanged = !caller.ok && isKnown && revocable.has(caller.refusal.code);
  return mayHaveChanged ? identifyOnce(who, reloadPolicy, ports) : caller;
}
