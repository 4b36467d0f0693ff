import { type Answer, answerJson } from '../domain/answer.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { auditContext } from './audit-context.ts';
import { type ChangeKeyPorts, changeKey, type KeyChange } from './change-key.ts';

function revoke(call: KeyCall, before: KeyRecord, ports: ChangeKeyPorts): KeyChange {
  const { id, accountId } = before;
  const policyVersion = before.policyVersion + 1;
  const revokedAt = ports.nowSeconds();
  const after: KeyRecord = { ...before, status: 'revoked', revokedAt, recoverable: undefined, policyVersion };
  const entry: AuditEntry = {
    ...auditContext(call, accountId, ports),
    type: 'api_key.deleted',
    'api_key.deleted': { id, policy_version: policyVersion },
  };
  return { after, entry, ...(before.recoverable === true && { sealed: { erasedAt: revokedAt } }) };
}

/**
 * DELETE /v1/keys/{id}: no request that starts after the answer is served, and it cannot be undone. A key does not revoke
 * itself, so that an account keeps a master key: of two that revoke each other, one is the first.
 */
export async function revokeKey(call: KeyCall, id: string, ports: ChangeKeyPorts): Promise<Outcome<Answer>> {
  if (id === call.key.id) {
    return refuse('conflict', 'A key does not revoke itself. Use another key of the account.');
  }
  const revoked = await changeKey(call, { id, operation: 'revoke-key' }, ports, async (current, before) =>
    before.status === 'revoked' ? accept(undefined) : accept(revoke(current, before, ports)),
  );
  return revoked.ok ? accept(answerJson(200, { object: 'api_key.deleted', id, deleted: true })) : revoked;
}
