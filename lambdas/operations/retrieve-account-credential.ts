import { type Answer, answerJson } from '../domain/answer.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { type AccountCredentialPorts, refuseProvider, showCredential } from './account-credential.ts';

/** GET /v1/providers/{provider}/credential: what there is, never what it is. */
export async function retrieveAccountCredential(
  { account }: KeyCall,
  provider: string,
  ports: Pick<AccountCredentialPorts, 'accountCredentials' | 'takesCredential'>,
): Promise<Outcome<Answer>> {
  if (!ports.takesCredential(provider)) return refuseProvider();
  const record = await ports.accountCredentials.findCredential(account.id, provider);
  if (record === undefined) return refuse('not_found', 'The account has no credential of its own for this provider.');
  return accept(answerJson(200, showCredential(record)));
}
