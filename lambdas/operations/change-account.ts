import type { AccountRecord } from '../domain/accounts/account-record.ts';
import type { AuditEntry } from '../domain/audit/audit-event.ts';
import type { ManagementCall } from '../domain/management-call.ts';
import { type AuditContextPorts, auditContext } from './audit-context.ts';
import { describeChanges } from './describe-changes.ts';
import { showAccount } from './present-account.ts';

/** Those whose values go into the audit log: the rest is text that a person wrote. */
const audited: ReadonlySet<string> = new Set([
  'plan',
  'status',
  'recoverable_keys',
  'max_budget',
  'budget_duration',
  'rpm_limit',
  'tpm_limit',
  'max_parallel_requests',
] satisfies readonly (keyof ReturnType<typeof showAccount>)[]);

export interface AccountChange {
  readonly after: AccountRecord;
  readonly entry: AuditEntry;
}

/** The account with these settings, at its next version; undefined where they change nothing. */
export function changeAccount(
  call: ManagementCall,
  before: AccountRecord,
  settings: Partial<AccountRecord>,
  ports: AuditContextPorts,
): AccountChange | undefined {
  const after: AccountRecord = { ...before, ...settings, policyVersion: before.policyVersion + 1 };
  const changes = describeChanges(showAccount(before), showAccount(after), audited);
  if (changes.fields.length === 0) return undefined;
  const entry: AuditEntry = {
    ...auditContext(call, before.id, ports),
    type: 'account.updated',
    'account.updated': { id: before.id, policy_version: after.policyVersion, ...changes },
  };
  return { after, entry };
}
