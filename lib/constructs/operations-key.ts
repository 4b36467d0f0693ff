import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ArnFormat, Aws, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { RotatedKey } from './rotated-key.ts';

export interface OperationsKeyProps {
  /** @default false - scheduled for deletion with the stack */
  readonly retainData?: boolean;
}

/** The key of what running the gateway leaves behind: its log groups, and its functions' environment variables; what it tells of by alarm. */
export class OperationsKey extends RotatedKey {
  constructor(scope: Construct, id: string, { retainData }: OperationsKeyProps = {}) {
    super(scope, id, { description: 'Portcullis: log groups and function environments', retainData });

    // By name pattern, not by ARN: a log group that names its key, and a key that names its log group, is a circle.
    const logGroups = Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'LogGroupsOfThisAccount',
        principals: [new ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
        actions: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
          'kms:GenerateDataKey',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:DescribeKey',
        ],
        resources: ['*'],
        conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
      }),
    );
  }
  /** Lets the alarms of this AWS account publish to a topic under this key. */
  allowAlarms(): void {
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
  }
}
