// Every finding of cdk-nag that stands, and why. A test fails on a finding that is not here, and on an entry that no
// finding needs any more.
import { type Stack, Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { AccountConfig } from './account-config.ts';

interface Acknowledgement {
  /** Where, below the stack: the narrowest construct that has the finding. */
  readonly path: string;
  /** `<pack>::<rule>`. Only the qualified form is recorded in the report along with its reason. */
  readonly id: string;
  readonly reason: string;
}

const SYNCHRONOUS =
  'Only API Gateway invokes this function, synchronously: there is no event left to keep when a call fails.';

const EACH_MINUTE =
  'An event says only that a minute has passed: the next one does the same work, so a lost one is not kept.';

const TRACING =
  "X-Ray's two write actions take no resource. They carry timings; no code of ours puts a payload into a trace.";

const OWN_KEYS =
  "The function checks the caller's virtual key itself: an authorizer would be a second invocation before every request, " +
  'and its cache would let a revoked key in.';

const OPEN =
  'Open on purpose: health checkers and finders of vulnerabilities carry no credential, and neither answer tells anything ' +
  'of the gateway but that it is there and whom to write to.';

const PROGRAMS = 'Callers are programs with virtual keys, not users of a pool.';

/** Of every stage's stack. */
export const gatewayAcknowledgements: readonly Acknowledgement[] = [
  {
    path: 'Api/Rest',
    id: 'AwsSolutions::AwsSolutions-APIG2',
    reason:
      'The functions parse every body through a schema and answer in the OpenAI error shape, naming the field; a model ' +
      'at the API could do neither, and would refuse a provider field that it does not know.',
  },
  {
    path: 'Api/Rest/DeploymentStage.live',
    id: 'AwsSolutions::AwsSolutions-APIG6',
    reason:
      'Execution logs can quote what passed through, in a group that API Gateway names, leaves unencrypted and keeps ' +
      'for ever. The access log tells the outcome and the timing of every request without its content.',
  },
  ...['healthz', '.well-known/security.txt'].flatMap((route) => [
    { path: `Api/Rest/Default/${route}/GET`, id: 'AwsSolutions::AwsSolutions-APIG4', reason: OPEN },
    { path: `Api/Rest/Default/${route}/GET`, id: 'AwsSolutions::AwsSolutions-COG4', reason: OPEN },
  ]),
  ...['v1/{proxy+}', 'v1/key', 'v1/keys', 'v1/keys/{proxy+}'].flatMap((route) => [
    { path: `Api/Rest/Default/${route}/ANY`, id: 'AwsSolutions::AwsSolutions-APIG4', reason: OWN_KEYS },
    { path: `Api/Rest/Default/${route}/ANY`, id: 'AwsSolutions::AwsSolutions-COG4', reason: PROGRAMS },
  ]),
  {
    path: 'Api/Rest/Default/admin/{proxy+}/ANY',
    id: 'AwsSolutions::AwsSolutions-COG4',
    reason: "Operators sign with IAM, so the account's own sign-in, MFA and CloudTrail hold for them.",
  },
  { path: 'Sweeper/Role', id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]', reason: TRACING },
  { path: 'Sweeper/Function', id: 'Serverless::Serverless-LambdaDLQ', reason: EACH_MINUTE },
  { path: 'LeaseSweeper/EachMinute', id: 'Serverless::Serverless-EventBusDLQ', reason: EACH_MINUTE },
  ...['Proxy', 'Admin', 'Management'].flatMap((fn) => [
    { path: `${fn}/Role`, id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]', reason: TRACING },
    { path: `${fn}/Function`, id: 'Serverless::Serverless-LambdaDLQ', reason: SYNCHRONOUS },
  ]),
];

const API_GATEWAY_LOGS: Acknowledgement = {
  path: 'ApiGatewayLogs/Role',
  id: 'AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
  reason: 'The policy that API Gateway itself asks for when the role is set, kept current by AWS.',
};

/** The CDK's own function behind every AwsCustomResource, by the id that the library gives it. */
const CUSTOM_RESOURCE = 'AWS679f53fac002430cb0da5b7982bd2287';

const INSPECTOR: readonly Acknowledgement[] = [
  {
    path: 'Inspector/Enabled/CustomResourcePolicy',
    id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
    reason: "Inspector's enable and disable take no resource.",
  },
  {
    path: 'Inspector/Enabled/CustomResourcePolicy',
    id: 'AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:iam::<AWS::AccountId>:role/aws-service-role/inspector2.amazonaws.com/*]',
    reason: "Inspector's own service-linked role, whose name AWS chooses; a condition names the service.",
  },
  {
    path: `${CUSTOM_RESOURCE}/ServiceRole`,
    id: 'AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
    reason: "The library's own function, which runs at deployments alone: its role is the library's.",
  },
  ...['LambdaDLQ', 'LambdaTracing'].map((rule) => ({
    path: CUSTOM_RESOURCE,
    id: `Serverless::Serverless-${rule}`,
    reason:
      'CloudFormation waits for this function at a deployment, and fails with it: nothing is lost or left to trace.',
  })),
];

const TRAIL: Acknowledgement = {
  path: 'DataEvents/Bucket',
  id: 'AwsSolutions::AwsSolutions-S1',
  reason: 'The trail is itself the log of who read what; its digest files show a file that was removed or changed.',
};

/** Of the stack that exists once per account and region. */
export function accountAcknowledgements(config: AccountConfig): readonly Acknowledgement[] {
  return [
    ...(config.apiGatewayLogs ? [API_GATEWAY_LOGS] : []),
    ...(config.inspector ? INSPECTOR : []),
    ...(config.dataEventTrail ? [TRAIL] : []),
  ];
}

/** Throws an Error where a path leads nowhere. */
export function acknowledgeFindings(stack: Stack, acknowledgements: readonly Acknowledgement[]): void {
  for (const { path, id, reason } of acknowledgements) {
    const construct = path.split('/').reduce<IConstruct>((scope, part) => scope.node.findChild(part), stack);
    Validations.of(construct).acknowledge({ id, reason });
  }
}
