import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { RetentionDays } from '../stage-config.ts';
import type { OperationsKey } from './operations-key.ts';

export interface EncryptedLogGroupProps {
  readonly key: OperationsKey;
  readonly retentionDays: RetentionDays;
  /**
   * Whether the group outlives its stack.
   *
   * @default false - deleted with the stack
   */
  readonly retainData?: boolean;
  /**
   * Whether CloudWatch itself refuses to delete the group.
   *
   * @default false
   */
  readonly deletionProtection?: boolean;
  /** @default - generated; only AWS WAF asks for a name of its own form */
  readonly logGroupName?: string;
}

/** A log group under our own key that forgets after a set time. */
export class EncryptedLogGroup extends LogGroup {
  constructor(scope: Construct, id: string, props: EncryptedLogGroupProps) {
    super(scope, id, {
      logGroupName: props.logGroupName,
      encryptionKey: props.key,
      retention: props.retentionDays,
      removalPolicy: props.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      deletionProtectionEnabled: props.deletionProtection ?? false,
    });
  }
}
