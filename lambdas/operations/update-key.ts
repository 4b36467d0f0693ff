import { type Answer, answerJson } from '../domain/answer.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import { accept, type Outcome, refuse } from '../domain/errors.ts';
import type { KeyRecord } from '../domain/keys/key-record.ts';
import type { KeyRegistry } from '../domain/keys/key-registry.ts';
import type { ScopeReader } from '../domain/limits/scope-reader.ts';
import type { KeyCall } from '../domain/management-call.ts';
import { type AuditContextPorts, auditContext } from './audit-context.ts';
import { findOwnKey } from './find-own-key.ts';
import { type KeySettings, readKeyPatch, showSettings } from './key-fields.ts';
import { presentOne } from './present-key.ts';
import { retryChange } from './retry-change.ts';

export interface UpdateKeyPorts extends AuditContextPorts {
  readonly keys: KeyRegistry;
  readonly scopes: ScopeReader;
}

type Shown = ReturnType<typeof showSettings>;

/** Those whose values go into the audit log: the rest is text that a person wrote. */
const audited: ReadonlySet<string> = new Set([
  'max_budget',
  'budget_duration',
  'rpm_limit',
  'tpm_limit',
  'max_parallel_requests',
  'expires_at',
  'zero_logging',
] satisfies readonly (keyof Shown)[]);

/** The fields that differ, with their new values. */
function changesOf(before: KeySettings, after: KeySettings) {
  const old = new Map<string, unknown>(Object.entries(showSettings(before)));
  const changed = Object.entries(showSettings(after)).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(old.get(name)),
  );
  return {
    fields: changed.map(([name]) => name),
    changes_requested: Object.fromEntries(changed.filter(([name]) => audited.has(name))),
  };
}

async function tryUpdate(call: KeyCall, id: string, ports: UpdateKeyPorts): Promise<Outcome<KeyRecord> | 'outdated'> {
  const found = await findOwnKey(call, id, ports);
  if (!found.ok) return found;
  const before = found.value;
  if (before.status === 'revoked') return refuse('conflict', 'This key has been revoked, for good.');
  const settings = readKeyPatch(before, call.input, ports.nowSeconds());
  if (!settings.ok) return settings;
  const { fields, changes_requested } = changesOf(before, settings.value);
  if (fields.length === 0) return accept(before);
  const after: KeyRecord = { ...before, ...settings.value, policyVersion: before.policyVersion + 1 };
  const entry: AuditEntry = {
    ...auditContext(call, before.accountId, ports),
    type: 'api_key.updated',
    'api_key.updated': { id, policy_version: after.policyVersion, fields, changes_requested },
  };
  const outcome = await ports.keys.updateKey({ before, after, actorId: call.key.id, entry });
  return outcome === 'outdated' ? outcome : accept(after);
}

/** PATCH /v1/keys/{id}, a merge patch: in force for every request that starts after the answer. */
export async function updateKey(call: KeyCall, id: string, ports: UpdateKeyPorts): Promise<Outcome<Answer>> {
  const updated = await retryChange(call, ports, () => tryUpdate(call, id, ports));
  return updated.ok ? accept(answerJson(200, await presentOne(updated.value, ports))) : updated;
}
