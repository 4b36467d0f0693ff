import { type Answer, answerJson, noStore } from '../domain/answer.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { accept, type Outcome } from '../domain/errors.ts';
import type { KeyRegistry } from '../domain/keys/key-registry.ts';
import type { ScopeReader } from '../domain/limits/scope-reader.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { auditContext } from './audit-context.ts';
import { type IssueKeyPorts, issueKey } from './issue-key.ts';
import { readNewKey } from './key-fields.ts';
import { presentOne } from './present-key.ts';
import { retryChange } from './retry-change.ts';

export interface CreateKeyPorts extends IssueKeyPorts {
  readonly keys: KeyRegistry;
  readonly scopes: ScopeReader;
}

/** POST /v1/keys: a key of the caller's account, whose secret is in this answer and nowhere else, ever. */
export async function createKey(call: KeyCall, ports: CreateKeyPorts): Promise<Outcome<Answer>> {
  const input = readNewKey(call.input, ports.nowSeconds());
  if (!input.ok) return input;
  const accountId = call.account.id;
  return retryChange(call, ports, async () => {
    const { record, key } = issueKey({ accountId, ...input.value }, ports);
    const entry: AuditEntry = {
      ...auditContext(call, accountId, ports),
      type: 'api_key.created',
      'api_key.created': { id: record.id, data: { type: record.type } },
    };
    const outcome = await ports.keys.createKey({ key: record, actorId: call.key.id, entry });
    if (outcome === 'outdated') return outcome;
    return accept(answerJson(201, { ...(await presentOne(record, ports)), key }, noStore));
  });
}
