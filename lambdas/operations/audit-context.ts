import type { AuditEntry } from '../domain/audit/audit-event.ts';
import type { ManagementCall } from '../domain/management-call.ts';

export interface AuditContextPorts {
  readonly nowSeconds: () => number;
  /** From a CSPRNG. */
  readonly randomBase62: (length: number) => string;
}

/** What every event tells: who made the change, when and by which call, and whose chain it belongs to. */
export function auditContext(
  { actor, requestId }: ManagementCall,
  tenant: string,
  { nowSeconds, randomBase62 }: AuditContextPorts,
): Pick<AuditEntry, 'schemaVersion' | 'id' | 'effective_at' | 'actor' | 'request_id' | 'tenant'> {
  return {
    schemaVersion: 1,
    id: `audit_${randomBase62(24)}`,
    effective_at: nowSeconds(),
    actor,
    request_id: requestId,
    tenant,
  };
}
