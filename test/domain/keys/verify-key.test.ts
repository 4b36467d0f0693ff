import { describe, expect, test } from 'vitest';
import type { KeyRecord } from '../../../lambdas/domain/keys/key-record.ts';
import { verifyKey } from '../../../lambdas/domain/keys/verify-key.ts';

const NOW = 1_800_000_000;
const record: KeyRecord = {
  schemaVersion: 1,
  id: '0123456789AB',
  accountId: 'acct_1',
  name: 'master',
  type: 'master',
  status: 'active',
  secretSha256: 'ab'.repeat(32),
  last4: 'wxyz',
  createdAt: NOW - 1000,
  policyVersion: 1,
};

function codeOf(candidate: KeyRecord | undefined, digestMatches: boolean): string {
  const outcome = verifyKey(candidate, digestMatches, NOW);
  return outcome.ok ? 'ok' : outcome.refusal.code;
}

describe('verifyKey', () => {
  test('an active key with the right secret is let in, with its record', () => {
    expect(verifyKey(record, true, NOW)).toEqual({ ok: true, value: record });
  });

  test('an unknown key and a wrong secret get the very same answer', () => {
    expect(verifyKey(undefined, false, NOW)).toEqual(verifyKey(record, false, NOW));
    expect(codeOf(undefined, false)).toBe('invalid_api_key');
  });

  test('no digest lets an unknown key in', () => {
    expect(codeOf(undefined, true)).toBe('invalid_api_key');
  });

  test('a disabled key is refused, and so is a disabled key that has expired', () => {
    expect(codeOf({ ...record, status: 'disabled' }, true)).toBe('key_disabled');
    expect(codeOf({ ...record, status: 'disabled', expiresAt: NOW - 1 }, true)).toBe('key_disabled');
  });

  test('a revoked key is refused, whatever its expiry, and only its holder learns it', () => {
    expect(codeOf({ ...record, status: 'revoked', expiresAt: NOW + 1_000 }, true)).toBe('key_disabled');
    expect(codeOf({ ...record, status: 'revoked' }, false)).toBe('invalid_api_key');
  });

  test('a key ends at the very second of its expiry, not one later', () => {
    expect(codeOf({ ...record, expiresAt: NOW + 1 }, true)).toBe('ok');
    expect(codeOf({ ...record, expiresAt: NOW }, true)).toBe('key_expired');
    expect(codeOf({ ...record, expiresAt: NOW - 1 }, true)).toBe('key_expired');
  });

  test('a stranger without the secret learns neither that a key is disabled nor that it expired', () => {
    expect(codeOf({ ...record, status: 'disabled' }, false)).toBe('invalid_api_key');
    expect(codeOf({ ...record, expiresAt: NOW - 1 }, false)).toBe('invalid_api_key');
  });

  test('no message repeats anything of the record', () => {
    for (const candidate of [record, { ...record, status: 'disabled' as const }, { ...record, expiresAt: 1 }]) {
      const text = JSON.stringify(verifyKey(candidate, candidate !== record, NOW));
      for (const secret of [record.id, record.secretSha256, record.accountId]) expect(text).not.toContain(secret);
    }
  });
});
