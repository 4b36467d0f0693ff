import { Key } from 'aws-cdk-lib/aws-kms';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

export interface RotatedKeyProps {
  /** What the key protects; shown in the KMS console. */
  readonly description: string;
  /**
   * Whether the key outlives its stack. Deleting a key deletes all that is encrypted under it.
   *
   * @default false - scheduled for deletion with the stack
   */
  readonly retainData?: boolean;
}

/** A symmetric customer-managed KMS key whose material is renewed every year. */
export class RotatedKey extends Key {
  constructor(scope: Construct, id: string, { description, retainData = false }: RotatedKeyProps) {
    super(scope, id, {
      description,
      enableKeyRotation: true,
      rotationPeriod: Duration.days(365),
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(retainData ? 30 : 7),
    });
  }
}
