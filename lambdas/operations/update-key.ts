import type { Answer } from '../domain/answer.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { auditContext } from './audit-context.ts';
import { type ChangeKeyPorts, changeKey, type KeyChange } from './change-key.ts';
import { describeChanges } from './describe-changes.ts';
import { readKeyPatch, showSettings } from './key-fields.ts';
import type { PresentKeyPorts } from './present-key.ts';
import { answerKey } from './retrieve-key.ts';

export type UpdateKeyPorts = ChangeKeyPorts & PresentKeyPorts;

type Shown = ReturnType<typeof showSettings>;

/** Those whose values go into the audit log: the rest is text that a person wrote. */
const audited: ReadonlySet<string> = new Set([
  'role',
  'permissions',
  'max_budget',
  'budget_duration',
  'rpm_limit',
  'tpm_limit',
  'max_parallel_requests',
  'expires_at',
  'moderation',
  'zero_logging',
] satisfies readonly (keyof Shown)[]);

function update(call: KeyCall, before: KeyRecord, ports: UpdateKeyPorts): Outcome<KeyChange | undefined> {
  if (before.status === 'revoked') return refuse('conflict', 'This key has been revoked, for good.');
  const settings = readKeyPatch(before, call.input, ports.nowSeconds());
  if (!settings.ok) return settings;
  const { fields, changes_requested } = describeChanges(showSettings(before), showSettings(settings.value), audited);
  if (fields.length === 0) return accept(undefined);
  const after: KeyRecord = { ...before, ...settings.value, policyVersion: before.policyVersion + 1 };
  const entry: AuditEntry = {
    ...auditContext(call, before.accountId, ports),
    type: 'api_key.updated',
    'api_key.updated': { id: before.id, policy_version: after.policyVersion, fields, changes_requested },
  };
  return accept({ after, entry });
}

/** PATCH /v1/keys/{id}, a merge patch: in force for every request that starts after the answer. */
export async function updateKey(call: KeyCall, id: string, ports: UpdateKeyPorts): Promise<Outcome<Answer>> {
  const updated = await changeKey(call, { id, operation: 'update-key' }, ports, async (current, before) =>
    update(current, before, ports),
  );
  return updated.ok ? accept(await answerKey(updated.value, ports)) : updated;
}
