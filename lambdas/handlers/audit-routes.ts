import type { AccountRoute } from '../http/account-router.ts';
import { type ListAuditLogsPorts, listAuditLogs } from '../operations/list-audit-logs.ts';
import { type VerifyAuditLogsPorts, verifyAuditLogs } from '../operations/verify-audit-logs.ts';

const all = /^\/v1\/organization\/audit_logs$/;
const verification = /^\/v1\/organization\/audit_logs\/verify$/;

/** Every operation on the audit log of an account. */
export function auditRoutes(ports: ListAuditLogsPorts & VerifyAuditLogsPorts): readonly AccountRoute[] {
  return [
    { operation: 'list-audit-logs', method: 'GET', path: all, run: (call) => listAuditLogs(call, ports) },
    { operation: 'verify-audit-logs', method: 'GET', path: verification, run: (call) => verifyAuditLogs(call, ports) },
  ];
}
