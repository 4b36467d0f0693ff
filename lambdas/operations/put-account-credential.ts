import { type Answer, answerJson } from '../domain/answer.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { type CredentialRecord, credentialContext } from '../domain/credentials/credential-record.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import { lastFourOf } from '../domain/keys/key-format.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import { type AccountCredentialPorts, refuseProvider, showCredential, withCredential } from './account-credential.ts';
import { auditContext } from './audit-context.ts';
import { putCredentialInput } from './credential-fields.ts';
import { retryChange } from './retry-change.ts';

/**
 * PUT /v1/providers/{provider}/credential: the account's own, in the place of the operator's for every request that starts
 * after the answer. It is never shown again.
 */
export async function putAccountCredential(
  call: KeyCall,
  provider: string,
  ports: AccountCredentialPorts,
): Promise<Outcome<Answer>> {
  if (!ports.takesCredential(provider)) return refuseProvider();
  const input = parseInput(putCredentialInput, call.input);
  if (!input.ok) return input;
  const tenant = call.account.id;
  const { api_key } = input.value;
  const envelope = await ports.sealSecret(api_key, credentialContext(tenant, provider));
  const createdAt = ports.nowSeconds();
  const last4 = lastFourOf(api_key);
  const record: CredentialRecord = { schemaVersion: 1, tenant, provider, last4, createdAt, envelope };
  return retryChange(call, 'put-account-credential', async (current) => {
    const before = current.account;
    const after = withCredential(before, provider, true);
    const entry: AuditEntry = {
      ...auditContext(current, tenant, ports),
      type: 'account.provider_credential.stored',
      'account.provider_credential.stored': { provider, last4, policy_version: after.policyVersion },
    };
    const change = { record, account: { before, after }, actor: current, entry };
    const outcome = await ports.accountCredentials.putCredential(change);
    return outcome === 'outdated' ? outcome : accept(answerJson(200, showCredential(record)));
  });
}
