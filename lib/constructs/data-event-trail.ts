import { CfnTrail, Trail } from 'aws-cdk-lib/aws-cloudtrail';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { RotatedKey } from './rotated-key.ts';

/** Stacks are named so, and what they generate the names of begins with the stack's. */
const PREFIX = 'portcullis-';

export interface DataEventTrailProps {
  readonly key: RotatedKey;
}

/**
 * Who read or wrote an item of a table or an object of the audit archive, whoever they are: the second witness beside the
 * product's own audit log. Its digest files show what was removed.
 */
export class DataEventTrail extends Construct {
  constructor(scope: Construct, id: string, { key }: DataEventTrailProps) {
    super(scope, id);
    const bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      lifecycleRules: [{ expiration: Duration.days(400), noncurrentVersionExpiration: Duration.days(1) }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const trail = new Trail(this, 'Trail', {
      bucket,
      encryptionKey: key,
      enableFileValidation: true,
      isMultiRegionTrail: false,
      includeGlobalServiceEvents: false,
    });
    const resource = trail.node.defaultChild;
    if (!(resource instanceof CfnTrail)) throw new Error('the trail has no CfnTrail to select events with');
    resource.eventSelectors = undefined;
    resource.advancedEventSelectors = [
      dataEvents('Items of tables', 'AWS::DynamoDB::Table', tablesOf(this)),
      dataEvents('Objects of the archive', 'AWS::S3::Object', `arn:${Aws.PARTITION}:s3:::${PREFIX}`),
    ];
  }
}

function tablesOf(scope: Construct): string {
  return Stack.of(scope).formatArn({ service: 'dynamodb', resource: 'table', resourceName: PREFIX });
}

function dataEvents(name: string, type: string, arnPrefix: string): CfnTrail.AdvancedEventSelectorProperty {
  return {
    name,
    fieldSelectors: [
      { field: 'eventCategory', equalTo: ['Data'] },
      { field: 'resources.type', equalTo: [type] },
      { field: 'resources.ARN', startsWith: [arnPrefix] },
    ],
  };
}
