import type { KeyRecord } from '../keys/key-record.ts';
import type { MemberRecord } from '../members/member-record.ts';
import { type Permission, permissions, type Role, rolePermissions } from './permissions.ts';

export type Permissions = ReadonlySet<Permission>;

const all: Permissions = new Set(permissions);
const inferenceAlone: Permissions = new Set(['inference']);
const byRole = new Map(Object.entries(rolePermissions).map(([role, granted]) => [role, new Set(granted)] as const));

export function permissionsOfRole(role: Role): Permissions {
  return byRole.get(role) ?? new Set();
}

/** What the key itself allows; undefined: whatever its member may. */
function allowedBy({ type, userId, role, permissions: listed }: KeyRecord): ReadonlySet<string> | undefined {
  if (type === 'spend_limit') return inferenceAlone;
  if (listed !== undefined) return new Set(listed);
  if (role !== undefined) return permissionsOfRole(role);
  return userId === undefined ? inferenceAlone : undefined;
}

/** What a key may do: a member's, never more than the member's role. */
export function permissionsOf(key: KeyRecord, member: Pick<MemberRecord, 'role'> | undefined): Permissions {
  if (key.type === 'master') return all;
  const most = member === undefined ? all : permissionsOfRole(member.role);
  const allowed = allowedBy(key);
  return allowed === undefined ? most : new Set([...most].filter((permission) => allowed.has(permission)));
}

/** Whether `one` may do nothing that `other` may not. */
export function isWithin(one: Permissions, other: Permissions): boolean {
  return [...one].every((permission) => other.has(permission));
}
