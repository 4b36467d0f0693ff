import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { permissions, rolePermissions, roles } from '../../../lambdas/domain/access/permissions.ts';
import { isWithin, permissionsOf } from '../../../lambdas/domain/access/permissions-of.ts';
import { keyTypes } from '../../../lambdas/domain/keys/key-record.ts';
import { keyRecord } from '../../support/memory-ports.ts';

const member = { userId: 'user_1' };
const narrowing = fc.oneof(
  fc.record({ role: fc.constantFrom(...roles) }),
  fc.record({ permissions: fc.uniqueArray(fc.constantFrom(...permissions, 'of a later version')) }),
  fc.constant({}),
);

describe('what a key may', () => {
  test('is never more than its member’s role, whatever the key says', () => {
    fc.assert(
      fc.property(fc.constantFrom(...roles), narrowing, fc.constantFrom('user', 'spend_limit'), (role, own, type) => {
        const granted = permissionsOf({ ...keyRecord, ...member, ...own, type }, { role });
        expect(isWithin(granted, new Set(rolePermissions[role]))).toBe(true);
        if (type === 'spend_limit') expect(isWithin(granted, new Set(['inference']))).toBe(true);
      }),
    );
  });

  test('is all that the role may, where the key says nothing', () => {
    for (const role of roles) {
      const granted = permissionsOf({ ...keyRecord, ...member, type: 'user' }, { role });
      expect([...granted].sort()).toEqual([...rolePermissions[role]].sort());
    }
  });

  test('without a member is what it was given, and to call models where it was given nothing', () => {
    expect([...permissionsOf({ ...keyRecord, type: 'user' }, undefined)]).toEqual(['inference']);
    const listed = permissionsOf({ ...keyRecord, type: 'user', permissions: ['audit.read', 'no.such'] }, undefined);
    expect([...listed]).toEqual(['audit.read']);
    const ofRole = permissionsOf({ ...keyRecord, type: 'user', role: 'auditor' }, undefined);
    expect([...ofRole].sort()).toEqual([...rolePermissions.auditor].sort());
  });

  test('is everything for a master key alone', () => {
    const most = keyTypes.map((type) => permissionsOf({ ...keyRecord, type }, undefined).size);
    expect(most).toEqual([permissions.length, 1, 1]);
  });
});
