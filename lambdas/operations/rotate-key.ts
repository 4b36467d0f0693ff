import * as z from 'zod';
import { type Answer, answerJson, noStore } from '../domain/answer.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { tagged } from '../domain/entity-tag.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import { rotateSecret } from '../domain/keys/rotate-secret.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { parseInput } from '../domain/parse-input.ts';
import { auditContext } from './audit-context.ts';
import { type ChangeKeyPorts, changeKey } from './change-key.ts';
import { drawSecret, type IssueKeyPorts } from './issue-key.ts';
import { type KeepSecretPorts, keepSecret } from './keep-secret.ts';
import { type PresentKeyPorts, presentOne } from './present-key.ts';

const MAX_GRACE_SECONDS = 30 * 86_400;

const rotateKeyInput = z.strictObject({
  /** Seconds for which the secret that is replaced is taken too. */
  grace_period: z.int().min(0).max(MAX_GRACE_SECONDS).default(0),
});

export type RotateKeyPorts = ChangeKeyPorts & PresentKeyPorts & IssueKeyPorts & KeepSecretPorts;

/**
 * POST /v1/keys/{id}/rotate: a new secret under the same public id, shown in this answer and nowhere else. The one that it
 * replaces ends with its grace, and whatever grace an earlier one had left ends now.
 */
export async function rotateKey(call: KeyCall, id: string, ports: RotateKeyPorts): Promise<Outcome<Answer>> {
  const input = parseInput(rotateKeyInput, call.input);
  if (!input.ok) return input;
  const { key, ...secret } = drawSecret(id, ports);
  const rotated = await changeKey(call, { id, operation: 'rotate-key' }, ports, async (current, before) => {
    if (before.status === 'revoked') return refuse('conflict', 'This key has been revoked, for good.');
    const now = ports.nowSeconds();
    const sealed = await keepSecret(current.account, { keyId: id, key }, ports);
    const recoverable = sealed && true;
    const after = { ...rotateSecret(before, secret, now + input.value.grace_period), recoverable };
    const entry: AuditEntry = {
      ...auditContext(current, before.accountId, ports),
      type: 'api_key.rotated',
      'api_key.rotated': {
        id,
        policy_version: after.policyVersion,
        previous_secret_expires_at: after.formerSecret.endsAt,
      },
    };
    return accept({ after, entry, sealed: sealed ?? (before.recoverable === true ? { erasedAt: now } : undefined) });
  });
  if (!rotated.ok) return rotated;
  const body = { ...(await presentOne(rotated.value, ports)), key };
  return accept(answerJson(200, body, { ...noStore, ...tagged(rotated.value.policyVersion) }));
}
