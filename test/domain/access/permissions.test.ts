import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { operations, reachOf } from '../../../lambdas/domain/access/operations.ts';
import { permissions, rolePermissions, roles } from '../../../lambdas/domain/access/permissions.ts';
import { renderPermissions } from '../../../scripts/permission-matrix.ts';
import { decided } from '../../support/decided-permissions.ts';

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
