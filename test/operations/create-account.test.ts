import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomBase62 } from '../../lambdas/crypto/random-base62.ts';
import { sha256Hex } from '../../lambdas/crypto/sha256-hex.ts';
import type { NewAccount } from '../../lambdas/domain/accounts/account-store.ts';
import type { Answer } from '../../lambdas/domain/answer.ts';
import { auditEntry } from '../../lambdas/domain/audit/audit-event.ts';
import type { Outcome } from '../../lambdas/domain/errors.ts';
import { parseKey } from '../../lambdas/domain/keys/key-format.ts';
import { createAccount } from '../../lambdas/operations/create-account.ts';
import { textOf } from '../support/answer-text.ts';

const actor = { type: 'iam', iam: { arn: 'arn:aws:iam::1:user/op', ip_address: '192.0.2.1' } } as const;
const NOW = 1_800_000_000;

async function run(input: unknown): Promise<{ outcome: Outcome<Answer>; created: NewAccount[] }> {
  const created: NewAccount[] = [];
  const outcome = await createAccount(
    { requestId: 'r-1', actor, input },
    {
      accounts: { createAccount: async (newAccount) => void created.push(newAccount) },
      nowSeconds: () => NOW,
      randomBase62: (length) => randomBase62(length),
      sha256Hex,
    },
  );
  return { outcome, created };
}

describe('createAccount', () => {
  test('answers 201 with the account and its master key, whose secret opens what was stored', async () => {
    const { outcome, created } = await run({ name: 'Search ☃', plan: 'startup' });
    const body = JSON.parse(textOf(outcome));
    expect(outcome).toMatchObject({ ok: true, value: { status: 201, headers: { 'cache-control': 'no-store' } } });
    const [{ account, masterKey } = { account: undefined, masterKey: undefined }] = created;
    expect(body).toEqual({
      object: 'account',
      id: account?.id,
      name: 'Search ☃',
      plan: 'startup',
      status: 'active',
      created_at: NOW,
      member_count: 0,
      recoverable_keys: false,
      max_budget: null,
      budget_duration: 'none',
      rpm_limit: null,
      tpm_limit: null,
      max_parallel_requests: null,
      key: {
        object: 'api_key',
        id: masterKey?.id,
        name: 'master',
        type: 'master',
        key: expect.stringMatching(/^ask_/),
        last4: body.key.key.slice(-4),
        created_at: NOW,
      },
    });
    expect(account?.id).toMatch(/^acct_[0-9A-Za-z]{16}$/);
    const parts = parseKey(body.key.key);
    if (parts === 'malformed') throw new Error('not a key');
    expect(parts.publicId).toBe(masterKey?.id);
    expect(sha256Hex(parts.secret)).toBe(masterKey?.secretSha256);
    expect(masterKey).toMatchObject({ accountId: account?.id, status: 'active', type: 'master' });
  });

  test('the secret is in the answer and nowhere in what is stored', async () => {
    const { outcome, created } = await run({ name: 'a' });
    const parts = parseKey(JSON.parse(textOf(outcome)).key.key);
    if (parts === 'malformed') throw new Error('not a key');
    expect(JSON.stringify(created)).not.toContain(parts.secret);
  });

  test('tells of both in the audit log, by whom, without the free text of the name', async () => {
    const { created } = await run({ name: 'Private Person', plan: 'free' });
    const [{ account, masterKey, entries } = { account: undefined, masterKey: undefined, entries: [] }] = created;
    expect(entries.map((entry) => auditEntry.parse(entry))).toEqual([
      expect.objectContaining({
        type: 'account.created',
        'account.created': { id: account?.id, data: { plan: 'free' } },
      }),
      expect.objectContaining({
        type: 'api_key.created',
        'api_key.created': { id: masterKey?.id, data: { type: 'master' } },
      }),
    ]);
    for (const entry of entries) {
      expect(entry).toMatchObject({ actor, request_id: 'r-1', tenant: account?.id, effective_at: NOW });
    }
    expect(new Set(entries.map(({ id }) => id)).size).toBe(2);
    expect(JSON.stringify(entries)).not.toContain('Private');
  });

  test('the plan is free unless another is named', async () => {
    expect((await run({ name: 'a' })).created[0]?.account.plan).toBe('free');
  });

  test('an account can be held to limits of its own besides its plan', async () => {
    const limits = { max_budget: '12.5', budget_duration: 'monthly', rpm_limit: 7, max_parallel_requests: 2 };
    const { outcome, created } = await run({ name: 'a', plan: 'enterprise', ...limits });
    expect(JSON.parse(textOf(outcome))).toMatchObject({ ...limits, max_budget: '12.50', tpm_limit: null });
    expect(created[0]?.account.limits).toEqual({
      maxBudgetNano: 12_500_000_000,
      budgetDuration: 'monthly',
      requestsPerMinute: 7,
      parallelRequests: 2,
    });
  });

  test.each([
    [{}, 'invalid_request', 'name'],
    [{ name: 5 }, 'invalid_request', 'name'],
    [{ name: '' }, 'invalid_request', 'name'],
    [{ name: ' \t ' }, 'invalid_request', 'name'],
    [{ name: 'x'.repeat(101) }, 'invalid_request', 'name'],
    [{ name: 'a\nb' }, 'invalid_request', 'name'],
    [{ name: 'a\u0000' }, 'invalid_request', 'name'],
    [{ name: '\ud800' }, 'invalid_request', 'name'],
    [{ name: null }, 'invalid_request', 'name'],
    [{ name: 'a', plan: 'gold' }, 'invalid_request', 'plan'],
    [{ name: 'a', plan: null }, 'invalid_request', 'plan'],
    [{ name: 'a', plan: 'toString' }, 'invalid_request', 'plan'],
    [{ name: 'a', id: 'acct_mine' }, 'unknown_parameter', 'id'],
    [{ name: 'a', status: 'closed' }, 'unknown_parameter', 'status'],
    [{ name: 'a', max_budget: 12.5 }, 'invalid_request', 'max_budget'],
    [{ name: 'a', max_budget: '-1' }, 'invalid_request', 'max_budget'],
    [{ name: 'a', rpm_limit: 0 }, 'invalid_request', 'rpm_limit'],
    [[], 'invalid_request', null],
    ['text', 'invalid_request', null],
    [null, 'invalid_request', null],
  ])('%j is refused as %s at %s, and nothing is created', async (input, code, param) => {
    const { outcome, created } = await run(input);
    expect(outcome).toMatchObject({ ok: false, refusal: { code, param } });
    expect(created).toEqual([]);
  });

  test('no refusal repeats what was sent', async () => {
    const marker = 'zQx7marker';
    const inputs = fc.constantFrom<unknown>(
      marker,
      [marker],
      { name: [marker] },
      { name: 'a', plan: marker },
      { name: `${marker}\n` },
    );
    await fc.assert(
      fc.asyncProperty(inputs, async (input) => {
        const { outcome } = await run(input);
        expect(outcome.ok).toBe(false);
        expect(JSON.stringify(outcome)).not.toContain(marker);
      }),
    );
  });

  test('a store that fails is no refusal: the fault goes through', async () => {
    const failing = createAccount(
      { requestId: 'r-1', actor, input: { name: 'a' } },
      {
        accounts: { createAccount: () => Promise.reject(new Error('down')) },
        nowSeconds: () => NOW,
        randomBase62: (length) => randomBase62(length),
        sha256Hex,
      },
    );
    await expect(failing).rejects.toThrow('down');
  });
});
