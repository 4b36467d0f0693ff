import { type Answer, answerJson } from '../domain/answer.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { ownCredential } from '../domain/credentials/credential-for.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { type AccountCredentialPorts, refuseProvider, withCredential } from './account-credential.ts';
import { auditContext } from './audit-context.ts';
import { retryChange } from './retry-change.ts';

/** DELETE /v1/providers/{provider}/credential: from the answer on the operator's serves, if there is one. */
export async function deleteAccountCredential(
  call: KeyCall,
  provider: string,
  ports: AccountCredentialPorts,
): Promise<Outcome<Answer>> {
  if (!ports.takesCredential(provider)) return refuseProvider();
  return retryChange(call, 'delete-account-credential', async (current) => {
    const before = current.account;
    if (ownCredential(before, provider) === undefined) {
      return refuse('not_found', 'The account has no credential of its own for this provider.');
    }
    const after = withCredential(before, provider, false);
    const entry: AuditEntry = {
      ...auditContext(current, before.id, ports),
      type: 'account.provider_credential.deleted',
      'account.provider_credential.deleted': { provider, policy_version: after.policyVersion },
    };
    const account = { before, after };
    const withdrawal = { provider, withdrawnAt: ports.nowSeconds(), account, actor: current, entry };
    const outcome = await ports.accountCredentials.withdrawCredential(withdrawal);
    if (outcome === 'outdated') return outcome;
    return accept(answerJson(200, { object: 'provider_credential.deleted', provider, deleted: true }));
  });
}
