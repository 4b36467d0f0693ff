// Who may do what, as data: a role is a set of permissions, and operations.ts says which permission each operation takes.
// docs/permissions.md shows the two as one table; `npm run permissions` writes it.

export const permissions = [
  /** Calls models. */
  'inference',
  /** Makes, changes and revokes keys of the member who calls, and of nobody else. */
  'keys.own',
  'keys.read',
  /** Of the whole account. */
  'keys.write',
  /** Has the secret of a key shown again, where the account keeps secrets. */
  'keys.reveal',
  'members.read',
  /** Invites, removes and gives roles. */
  'members.write',
  'account.read',
  'account.write',
  'account.export',
  'account.delete',
  'providers.read',
  /** Stores the account's own credentials of providers. */
  'providers.write',
  'usage.read',
  'audit.read',
] as const;
export type Permission = (typeof permissions)[number];

export const roles = ['owner', 'admin', 'developer', 'billing', 'auditor'] as const;
export type Role = (typeof roles)[number];

/** An owner may what a master key may: everything. */
const ofOwnerAlone: readonly Permission[] = ['keys.reveal', 'account.export', 'account.delete'];

export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  owner: permissions,
  admin: permissions.filter((permission) => !ofOwnerAlone.includes(permission)),
  developer: ['inference', 'keys.own', 'account.read'],
  billing: ['keys.read', 'account.read', 'usage.read'],
  auditor: ['keys.read', 'members.read', 'account.read', 'providers.read', 'usage.read', 'audit.read'],
};
