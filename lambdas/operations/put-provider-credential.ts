import { type Answer, answerJson } from '../domain/answer.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { credentialContext, OPERATOR_TENANT } from '../domain/credentials/credential-record.ts';
import type { CredentialStore, SealSecret } from '../domain/credentials/credential-store.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import { lastFourOf } from '../domain/keys/key-format.ts';
import type { ManagementCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import { auditContext } from './audit-context.ts';
import { putCredentialInput } from './credential-fields.ts';

export interface PutProviderCredentialPorts {
  readonly credentials: CredentialStore;
  readonly sealSecret: SealSecret;
  /** Whether the stage's configuration knows such a provider, and it takes a credential. */
  readonly takesCredential: (provider: string) => boolean;
  readonly nowSeconds: () => number;
  readonly randomBase62: (length: number) => string;
}

/** PUT /admin/providers/{provider}/credential: replaces what was there. Repeating it changes nothing but the version. */
export async function putProviderCredential(
  call: ManagementCall,
  provider: string,
  ports: PutProviderCredentialPorts,
): Promise<Outcome<Answer>> {
  if (!ports.takesCredential(provider)) {
    return refuse('not_found', 'No provider of that name that takes a credential is configured in this stage.');
  }
  const input = parseInput(putCredentialInput, call.input);
  if (!input.ok) return input;
  const { api_key } = input.value;
  const createdAt = ports.nowSeconds();
  const last4 = lastFourOf(api_key);
  const envelope = await ports.sealSecret(api_key, credentialContext(OPERATOR_TENANT, provider));
  const entry: AuditEntry = {
    ...auditContext(call, OPERATOR_TENANT, ports),
    type: 'admin.provider_credential.stored',
    'admin.provider_credential.stored': { provider, last4 },
  };
  await ports.credentials.putCredential(
    { schemaVersion: 1, tenant: OPERATOR_TENANT, provider, last4, createdAt, envelope },
    entry,
  );
  return accept(answerJson(200, { object: 'provider_credential', provider, last4, created_at: createdAt }));
}
