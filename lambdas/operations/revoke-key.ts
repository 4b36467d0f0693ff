import { type Answer, answerJson } from '../domain/answer.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { KeyRegistry } from '../domain/keys/key-registry.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { type AuditContextPorts, auditContext } from './audit-context.ts';
import { findOwnKey } from './find-own-key.ts';
import { retryChange } from './retry-change.ts';

export interface RevokeKeyPorts extends AuditContextPorts {
  readonly keys: KeyRegistry;
}

async function tryRevoke(call: KeyCall, id: string, ports: RevokeKeyPorts): Promise<Outcome<KeyRecord> | 'outdated'> {
  const found = await findOwnKey(call, id, ports);
  if (!found.ok) return found;
  const before = found.value;
  if (before.status === 'revoked') return accept(before);
  const after: KeyRecord = {
    ...before,
    status: 'revoked',
    revokedAt: ports.nowSeconds(),
    policyVersion: before.policyVersion + 1,
  };
  const entry: AuditEntry = {
    ...auditContext(call, before.accountId, ports),
    type: 'api_key.deleted',
    'api_key.deleted': { id, policy_version: after.policyVersion },
  };
  const outcome = await ports.keys.updateKey({ before, after, actorId: call.key.id, entry });
  return outcome === 'outdated' ? outcome : accept(after);
}

/**
 * DELETE /v1/keys/{id}: no request that starts after the answer is served, and it cannot be undone. A key does not revoke
 * itself, so that an account keeps a master key: of two that revoke each other, one is the first.
 */
export async function revokeKey(call: KeyCall, id: string, ports: RevokeKeyPorts): Promise<Outcome<Answer>> {
  if (id === call.key.id) {
    return refuse('conflict', 'A key does not revoke itself. Use another master key of the account.');
  }
  const revoked = await retryChange(call, ports, () => tryRevoke(call, id, ports));
  return revoked.ok ? accept(answerJson(200, { object: 'api_key.deleted', id, deleted: true })) : revoked;
}
