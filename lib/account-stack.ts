import { CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { RemovalPolicy, Stack, Tags } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { accountAcknowledgements, acknowledgeFindings } from './acknowledgements.ts';

/**
 * What exists once per account and region, so it is in no stage: the role with which API Gateway writes access logs.
 * Without one, no stage can be deployed. Skip this stack where the account has a role already: it would replace that.
 */
export class AccountStack extends Stack {
  constructor(scope: Construct, region: string) {
    super(scope, `portcullis-account-${region}`, {
      description: 'Portcullis: the role with which API Gateway writes access logs, once per account and region',
      env: { region },
    });
    Tags.of(this).add('application', 'portcullis');

    const role = new Role(this, 'ApiGatewayLogs', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs')],
    });
    const account = new CfnAccount(this, 'ApiGateway', { cloudWatchRoleArn: role.roleArn });
    // Other APIs of the account come to depend on both: they stay.
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    acknowledgeFindings(this, accountAcknowledgements);
  }
}
