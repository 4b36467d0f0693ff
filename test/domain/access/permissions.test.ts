import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { operations, reachOf } from '../../../lambdas/domain/access/operations.ts';
import { permissions, rolePermissions, roles } from '../../../lambdas/domain/access/permissions.ts';
import { renderPermissions } from '../../../scripts/permission-matrix.ts';

/** Written by hand: what was decided, in the order owner, admin, developer, billing, auditor. */
const decided: Readonly<Record<string, readonly ('all' | 'own' | undefined)[]>> = {
  'chat-completions': ['all', 'all', 'all', undefined, undefined],
  'list-models': ['all', 'all', 'all', 'all', 'all'],
  'retrieve-model': ['all', 'all', 'all', 'all', 'all'],
  'retrieve-own-key': ['all', 'all', 'all', 'all', 'all'],
  'create-key': ['all', 'all', 'own', undefined, undefined],
  'list-keys': ['all', 'all', 'own', 'all', 'all'],
  'retrieve-key': ['all', 'all', 'own', 'all', 'all'],
  'update-key': ['all', 'all', 'own', undefined, undefined],
  'rotate-key': ['all', 'all', 'own', undefined, undefined],
  'revoke-key': ['all', 'all', 'own', undefined, undefined],
  'reveal-key': ['all', undefined, undefined, undefined, undefined],
  'retrieve-account': ['all', 'all', 'all', 'all', 'all'],
  'update-account': ['all', 'all', undefined, undefined, undefined],
  'export-account': ['all', undefined, undefined, undefined, undefined],
  'delete-account': ['all', undefined, undefined, undefined, undefined],
  'list-users': ['all', 'all', undefined, undefined, 'all'],
  'retrieve-user': ['all', 'all', undefined, undefined, 'all'],
  'update-user': ['all', 'all', undefined, undefined, undefined],
  'remove-user': ['all', 'all', undefined, undefined, undefined],
  'create-invite': ['all', 'all', undefined, undefined, undefined],
  'list-invites': ['all', 'all', undefined, undefined, 'all'],
  'retrieve-invite': ['all', 'all', undefined, undefined, 'all'],
  'delete-invite': ['all', 'all', undefined, undefined, undefined],
  'put-account-credential': ['all', 'all', undefined, undefined, undefined],
  'retrieve-account-credential': ['all', 'all', undefined, undefined, 'all'],
  'delete-account-credential': ['all', 'all', undefined, undefined, undefined],
  'retrieve-usage': ['all', 'all', undefined, 'all', 'all'],
  'list-requests': ['all', 'all', undefined, 'all', 'all'],
  'retrieve-costs': ['all', 'all', undefined, 'all', 'all'],
  'list-audit-logs': ['all', 'all', undefined, undefined, 'all'],
  'verify-audit-logs': ['all', 'all', undefined, undefined, 'all'],
};

describe('the table of permissions', () => {
  test('has a row for every operation, and no other', () => {
    expect(Object.keys(operations).sort()).toEqual(Object.keys(decided).sort());
  });

  test.each(Object.keys(operations).filter((name): name is keyof typeof operations => name in operations))(
    '%s is what was decided, for each role',
    (operation) => {
      expect(roles.map((role) => reachOf(new Set(rolePermissions[role]), operation))).toEqual(decided[operation]);
      expect(reachOf(new Set(permissions), operation)).toBe('all');
    },
  );

  test('an owner may everything, and no other role does', () => {
    expect(rolePermissions.owner).toEqual(permissions);
    for (const role of roles.slice(1)) expect(rolePermissions[role].length).toBeLessThan(permissions.length);
  });

  test('is what docs/permissions.md shows (npm run permissions writes it)', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/permissions.md'), 'utf8');
    expect(page).toBe(renderPermissions());
  });
});
