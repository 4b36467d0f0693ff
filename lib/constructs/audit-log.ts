import type { Construct } from 'constructs';
import type { StageConfig } from '../stage-config.ts';
import { EncryptedLogGroup } from './encrypted-log-group.ts';
import type { OperationsKey } from './operations-key.ts';

export interface AuditLogProps {
  readonly stage: StageConfig;
  readonly key: OperationsKey;
}

/** The audit events once more, where an auditor's tools can search them and where the tables' roles cannot reach. */
export class AuditLog extends EncryptedLogGroup {
  constructor(scope: Construct, id: string, { stage, key }: AuditLogProps) {
    super(scope, id, {
      key,
      retentionDays: stage.auditLogRetentionDays,
      retainData: stage.retainData,
      deletionProtection: stage.retainData,
    });
  }
}
