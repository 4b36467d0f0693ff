import { describe, expect, test } from 'vitest';
import { type AccountRecord, accountRecord } from '../../../lambdas/domain/accounts/account-record.ts';
import { type KeyRecord, keyRecord } from '../../../lambdas/domain/keys/key-record.ts';
import { accountScope, scopesOf, scopesOfKey } from '../../../lambdas/domain/limits/scopes-of.ts';

const oldKey = {
  schemaVersion: 1,
  id: 'PublicId0001',
  accountId: 'acct_1',
  name: 'k',
  type: 'user',
  status: 'active',
  secretSha256: 'ab'.repeat(32),
  last4: 'wxyz',
  createdAt: 1,
} as const;
const oldAccount = {
  schemaVersion: 1,
  id: 'acct_1',
  name: 'a',
  plan: 'free',
  status: 'active',
  createdAt: 1,
} as const;

const key: KeyRecord = {
  ...oldKey,
  policyVersion: 7,
  limits: { maxBudgetNano: 5, budgetDuration: 'weekly', parallelRequests: 3 },
  modelLimits: { 'openai/*': { maxBudgetNano: 2 }, 'gpt-5*': { tokensPerMinute: 9 }, 'mistral/*': {} },
};
const account: AccountRecord = { ...oldAccount, policyVersion: 4 };
const none = {
  maxBudgetNano: undefined,
  budgetDuration: 'none',
  requestsPerMinute: undefined,
  tokensPerMinute: undefined,
  parallelRequests: undefined,
};

describe('records from before there were limits', () => {
  test('are read as unlimited, at version 0', () => {
    expect(keyRecord.parse(oldKey)).toEqual({ ...oldKey, policyVersion: 0 });
    expect(accountRecord.parse(oldAccount)).toEqual({ ...oldAccount, policyVersion: 0 });
    expect(scopesOfKey(keyRecord.parse(oldKey))).toEqual([
      { scope: 'key:PublicId0001', policyVersion: 0, limits: none },
    ]);
  });
});

describe('scopesOf', () => {
  test('a request falls under its key, the patterns that match its model, and the account, always', () => {
    const scopes = (model: string) => scopesOf(key, account, model).map(({ scope }) => scope);
    expect(scopes('openai/gpt-5-mini')).toEqual([
      'key:PublicId0001',
      'key:PublicId0001:openai/*',
      'key:PublicId0001:gpt-5*',
      'account:acct_1',
    ]);
    expect(scopes('groq/llama')).toEqual(['key:PublicId0001', 'account:acct_1']);
  });

  test('each scope carries the version of its own policy, and its limits', () => {
    const [ofKey, ofPattern, , ofAccount] = scopesOf(key, account, 'openai/gpt-5');
    expect(ofKey).toMatchObject({ policyVersion: 7, limits: { maxBudgetNano: 5, budgetDuration: 'weekly' } });
    expect(ofPattern).toEqual({
      scope: 'key:PublicId0001:openai/*',
      policyVersion: 7,
      limits: { ...none, maxBudgetNano: 2, budgetDuration: 'weekly' },
    });
    expect(ofAccount).toEqual({
      scope: 'account:acct_1',
      policyVersion: 4,
      limits: { ...none, requestsPerMinute: 10, tokensPerMinute: 100_000, parallelRequests: 8 },
    });
  });
});

describe('accountScope', () => {
  test('a plan is never loosened by what an account has besides, only tightened', () => {
    const limits = { requestsPerMinute: 1_000, tokensPerMinute: 50, maxBudgetNano: 3 };
    expect(accountScope({ ...account, limits }).limits).toEqual({
      ...none,
      requestsPerMinute: 10,
      tokensPerMinute: 50,
      parallelRequests: 8,
      maxBudgetNano: 3,
    });
  });

  test('an enterprise account has the limits that it was given, and no other', () => {
    expect(accountScope({ ...account, plan: 'enterprise' }).limits).toEqual(none);
    const limits = { requestsPerMinute: 1_000, budgetDuration: 'monthly', maxBudgetNano: 0 } as const;
    expect(accountScope({ ...account, plan: 'enterprise', limits }).limits).toEqual({ ...none, ...limits });
  });
});
