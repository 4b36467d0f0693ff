import * as z from 'zod';
import type { AccountRegistry } from '../domain/accounts/account-registry.ts';
import type { Answer } from '../domain/answer.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { ManagementCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import { listAnswer, pageLimit } from './list-page.ts';
import { type PresentAccountPorts, presentAccounts } from './present-account.ts';

const listAccountsInput = z.strictObject({ after: z.string().min(1).max(64).optional(), limit: pageLimit });

export interface ListAccountsPorts extends PresentAccountPorts {
  readonly accounts: AccountRegistry;
}

/** GET /admin/accounts: all of the deployment, in the order of their ids. */
export async function adminListAccounts({ input }: ManagementCall, ports: ListAccountsPorts): Promise<Outcome<Answer>> {
  const query = parseInput(listAccountsInput, input);
  if (!query.ok) return query;
  const { after, limit } = query.value;
  const { accounts, hasMore } = await ports.accounts.listAccounts({ after, limit });
  return accept(listAnswer(await presentAccounts(accounts, ports), hasMore));
}
