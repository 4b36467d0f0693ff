import type { AccountDirectory } from '../domain/accounts/account-directory.ts';
import type { AccountRecord } from '../domain/accounts/account-record.ts';
import type { Answer } from '../domain/answer.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { ManagementCall } from '../domain/management-call.ts';
import { answerAccount, type PresentAccountPorts } from './present-account.ts';

/** Any account of the deployment. */
export async function findAnyAccount(
  id: string,
  { accounts }: { readonly accounts: AccountDirectory },
): Promise<Outcome<AccountRecord>> {
  const account = await accounts.findAccount(id);
  return account === undefined ? refuse('not_found', 'There is no account of that id.') : accept(account);
}

/** GET /admin/accounts/{id} */
export async function adminRetrieveAccount(
  _call: ManagementCall,
  id: string,
  ports: PresentAccountPorts & { readonly accounts: AccountDirectory },
): Promise<Outcome<Answer>> {
  const found = await findAnyAccount(id, ports);
  return found.ok ? accept(await answerAccount(found.value, ports)) : found;
}
