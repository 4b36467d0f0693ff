import { describe, expect, test } from 'vitest';
import { equalInConstantTime } from '../../lambdas/crypto/equal-in-constant-time.ts';
import { sha256Hex } from '../../lambdas/crypto/sha256-hex.ts';
import type { KeyRecord } from '../../lambdas/domain/keys/key-record.ts';
import type { Policy } from '../../lambdas/domain/keys/policy-store.ts';
import type { MemberRecord } from '../../lambdas/domain/members/member-record.ts';
import { identify } from '../../lambdas/operations/identify.ts';
import { accountRecord, forgedKey, keyRecord, unknownKey, validKey } from '../support/memory-ports.ts';

const NOW = 1_800_000_000;
const member: MemberRecord = {
  schemaVersion: 1,
  id: 'user_1',
  accountId: accountRecord.id,
  role: 'developer',
  status: 'active',
  addedAt: NOW - 1_000,
  version: 1,
};

interface Seen {
  readonly cached?: Policy | undefined;
  readonly stored: Policy | undefined;
}

function policyOf(key: Partial<KeyRecord> = {}, holder?: MemberRecord): Policy {
  return { key: { ...keyRecord, type: 'user', ...key }, account: accountRecord, member: holder };
}

/** What comes of a request on a route that reserves, and which looks it took. */
async function identifyOn({ cached, stored }: Seen, more: { key?: string; origin?: string; nowSeconds?: number } = {}) {
  const looks: string[] = [];
  const outcome = await identify(
    { presented: { key: more.key ?? validKey, sourceIp: '192.0.2.1', origin: more.origin }, permission: 'inference' },
    'cached',
    {
      policies: {
        loadPolicy: async () => {
          looks.push('cached');
          return cached ?? stored;
        },
        reloadPolicy: async () => {
          looks.push('fresh');
          return stored;
        },
      },
      environments: ['development', 'staging', 'production'],
      digestMatches: (secret, sha256) => equalInConstantTime(sha256Hex(secret), sha256),
      nowSeconds: () => more.nowSeconds ?? NOW,
    },
  );
  return { code: outcome.ok ? 'ok' : outcome.refusal.code, looks };
}

describe('a policy that is a few seconds old', () => {
  test('of a key that was rotated meanwhile does not keep its new secret out', async () => {
    const stale = policyOf({ secretSha256: sha256Hex('the one before') });
    expect(await identifyOn({ cached: stale, stored: policyOf() })).toEqual({ code: 'ok', looks: ['cached', 'fresh'] });
  });

  test('does not prolong a grace by a second', async () => {
    const grace = {
      secretSha256: sha256Hex('the new one'),
      formerSecret: { sha256: keyRecord.secretSha256, endsAt: NOW },
    };
    const policy = policyOf(grace);
    expect(await identifyOn({ cached: policy, stored: policy }, { nowSeconds: NOW - 1 })).toMatchObject({ code: 'ok' });
    expect(await identifyOn({ cached: policy, stored: policy })).toMatchObject({ code: 'key_expired' });
  });

  test.each<[string, Partial<KeyRecord>, MemberRecord | undefined]>([
    ['a place', { allowedIps: ['198.51.100.0/24'] }, undefined],
    ['a page', { allowedDomains: ['example.com'] }, undefined],
    ['permissions', { permissions: ['keys.read'] }, undefined],
    ['a role', { userId: member.id }, { ...member, role: 'billing' }],
    ['an end', { expiresAt: NOW - 1 }, undefined],
  ])('is not held against a caller who was given another %s', async (_what, key, holder) => {
    const cached = policyOf(key, holder);
    const stored = policyOf(holder === undefined ? {} : key, holder === undefined ? undefined : member);
    expect(await identifyOn({ cached, stored })).toEqual({ code: 'ok', looks: ['cached', 'fresh'] });
    expect(await identifyOn({ cached, stored: cached })).toMatchObject({ looks: ['cached', 'fresh'] });
    expect((await identifyOn({ cached, stored: cached })).code).not.toBe('ok');
  });
});

describe('what is no key costs', () => {
  test('one look where nobody has it, and none where it is noise', async () => {
    expect(await identifyOn({ stored: undefined }, { key: unknownKey })).toEqual({
      code: 'invalid_api_key',
      looks: ['cached'],
    });
    expect(await identifyOn({ stored: policyOf() }, { key: 'ask_noise' })).toEqual({
      code: 'invalid_api_key',
      looks: [],
    });
  });

  test('two looks where the id is somebody’s', async () => {
    expect(await identifyOn({ stored: policyOf() }, { key: forgedKey })).toEqual({
      code: 'invalid_api_key',
      looks: ['cached', 'fresh'],
    });
  });
});

describe('a member’s key', () => {
  const own = { userId: member.id };

  test('may what the role may', async () => {
    expect((await identifyOn({ stored: policyOf(own, member) })).code).toBe('ok');
    expect((await identifyOn({ stored: policyOf(own, { ...member, role: 'auditor' }) })).code).toBe(
      'permission_denied',
    );
  });

  test('falls with the member', async () => {
    expect((await identifyOn({ stored: policyOf(own, { ...member, status: 'removed' }) })).code).toBe('key_disabled');
  });

  test('whose member cannot be found lets nobody in', async () => {
    await expect(identifyOn({ stored: policyOf(own) })).rejects.toMatchObject({ code: 'internal_error' });
    await expect(identifyOn({ stored: policyOf(own, { ...member, id: 'user_2' }) })).rejects.toMatchObject({
      code: 'internal_error',
    });
  });
});
