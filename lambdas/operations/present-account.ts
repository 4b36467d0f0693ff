import type { AccountRecord } from '../domain/accounts/account-record.ts';
import { type Answer, answerJson } from '../domain/answer.ts';
import { tagged } from '../domain/entity-tag.ts';
import type { ScopeReader } from '../domain/limits/scope-reader.ts';
import { accountScope } from '../domain/limits/scopes-of.ts';
import { showLimits } from './limit-fields.ts';
import { showSpend } from './show-spend.ts';

export interface PresentAccountPorts {
  readonly scopes: ScopeReader;
}

/** An account as it is shown, without what has been spent. */
export function showAccount({ id, name, plan, status, createdAt, limits = {}, ...account }: AccountRecord) {
  return {
    object: 'account',
    id,
    name,
    plan,
    status,
    created_at: createdAt,
    member_count: account.memberCount ?? 0,
    recoverable_keys: account.keepsSecretsSince !== undefined,
    ...showLimits(limits),
  } as const;
}

/** Accounts with what they have spent, read in one go. Amounts are US dollars, times Unix seconds. */
export async function presentAccounts(accounts: readonly AccountRecord[], { scopes }: PresentAccountPorts) {
  const views = await scopes.readScopes(accounts.map(accountScope));
  return accounts.map((account) => ({ ...showAccount(account), ...showSpend(views, accountScope(account).scope) }));
}

/** One account, under the tag of its version. */
export async function answerAccount(account: AccountRecord, ports: PresentAccountPorts): Promise<Answer> {
  const [presented] = await presentAccounts([account], ports);
  return answerJson(200, presented, tagged(account.policyVersion));
}
