import { CfnDetector } from 'aws-cdk-lib/aws-guardduty';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Aws } from 'aws-cdk-lib/core';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';

/** Amazon GuardDuty for the account and region: what its logs tell of stolen credentials and odd calls. */
export class GuardDutyDetector extends CfnDetector {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      enable: true,
      findingPublishingFrequency: 'FIFTEEN_MINUTES',
      features: ['S3_DATA_EVENTS', 'LAMBDA_NETWORK_LOGS'].map((name) => ({ name, status: 'ENABLED' })),
    });
  }
}

const RESOURCE_TYPES = ['LAMBDA', 'LAMBDA_CODE'];

/** Amazon Inspector's scans of Lambda functions. CloudFormation has no type that turns it on, so its own API is called. */
export class InspectorScans extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const call = (action: 'enable' | 'disable') => ({
      service: 'Inspector2',
      action,
      parameters: { accountIds: [Aws.ACCOUNT_ID], resourceTypes: RESOURCE_TYPES },
      physicalResourceId: PhysicalResourceId.of(`inspector-${Aws.REGION}`),
    });
    new AwsCustomResource(this, 'Enabled', {
      onUpdate: call('enable'),
      onDelete: call('disable'),
      installLatestAwsSdk: false,
      memorySize: 256,
      policy: AwsCustomResourcePolicy.fromStatements([
        // Neither action takes a resource.
        new PolicyStatement({ actions: ['inspector2:Enable', 'inspector2:Disable'], resources: ['*'] }),
        new PolicyStatement({
          actions: ['iam:CreateServiceLinkedRole'],
          resources: [`arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/aws-service-role/inspector2.amazonaws.com/*`],
          conditions: { StringEquals: { 'iam:AWSServiceName': 'inspector2.amazonaws.com' } },
        }),
      ]),
    });
  }
}
