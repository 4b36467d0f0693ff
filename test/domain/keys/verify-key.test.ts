import { describe, expect, test } from 'vitest';
import type { KeyRecord } from '../../../lambdas/domain/keys/key-record.ts';
import { type SecretMatch, verifyKey } from '../../../lambdas/domain/keys/verify-key.ts';

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

const right = { isCurrent: true, isFormer: false };
const former = { isCurrent: false, isFormer: true };
const wrong = { isCurrent: false, isFormer: false };

function codeOf(candidate: KeyRecord | undefined, match: SecretMatch): string {
  const outcome = verifyKey(candidate, match, NOW);
  return outcome.ok ? 'ok' : outcome.refusal.code;
}

describe('verifyKey', () => {
  test('an active key with the right secret is let in, with its record', () => {
    expect(verifyKey(record, right, NOW)).toEqual({ ok: true, value: record });
  });

  test('an unknown key and a wrong secret get the very same answer', () => {
    expect(verifyKey(undefined, wrong, NOW)).toEqual(verifyKey(record, wrong, NOW));
    expect(codeOf(undefined, wrong)).toBe('invalid_api_key');
  });

  test('no digest lets an unknown key in', () => {
    expect(codeOf(undefined, right)).toBe('invalid_api_key');
  });

  test('a disabled key is refused, and so is a disabled key that has expired', () => {
    expect(codeOf({ ...record, status: 'disabled' }, right)).toBe('key_disabled');
    expect(codeOf({ ...record, status: 'disabled', expiresAt: NOW - 1 }, right)).toBe('key_disabled');
  });

  test('a revoked key is refused, whatever its expiry, and only its holder learns it', () => {
    expect(codeOf({ ...record, status: 'revoked', expiresAt: NOW + 1_000 }, right)).toBe('key_disabled');
    expect(codeOf({ ...record, status: 'revoked' }, wrong)).toBe('invalid_api_key');
  });

  test('a key ends at the very second of its expiry, not one later', () => {
    expect(codeOf({ ...record, expiresAt: NOW + 1 }, right)).toBe('ok');
    expect(codeOf({ ...record, expiresAt: NOW }, right)).toBe('key_expired');
    expect(codeOf({ ...record, expiresAt: NOW - 1 }, right)).toBe('key_expired');
  });

  test('a stranger without the secret learns neither that a key is disabled nor that it expired', () => {
    expect(codeOf({ ...record, status: 'disabled' }, wrong)).toBe('invalid_api_key');
    expect(codeOf({ ...record, expiresAt: NOW - 1 }, wrong)).toBe('invalid_api_key');
  });

  test('no message repeats anything of the record', () => {
    for (const candidate of [record, { ...record, status: 'disabled' as const }, { ...record, expiresAt: 1 }]) {
      const text = JSON.stringify(verifyKey(candidate, candidate === record ? wrong : right, NOW));
      for (const secret of [record.id, record.secretSha256, record.accountId]) expect(text).not.toContain(secret);
    }
  });

  test('a secret that was replaced ends at the very second of its deadline, and its holder is told so', () => {
    const rotated = (endsAt: number) => ({ ...record, formerSecret: { sha256: 'cd'.repeat(32), endsAt } });
    expect(codeOf(rotated(NOW + 1), former)).toBe('ok');
    expect(codeOf(rotated(NOW), former)).toBe('key_expired');
    expect(codeOf(rotated(NOW), right)).toBe('ok');
    expect(codeOf(rotated(NOW + 1), wrong)).toBe('invalid_api_key');
    expect(codeOf({ ...rotated(NOW + 1), status: 'revoked' }, former)).toBe('key_disabled');
    expect(codeOf({ ...rotated(NOW + 1), expiresAt: NOW }, former)).toBe('key_expired');
  });
});
