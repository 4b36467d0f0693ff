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

const EACH_QUARTER_HOUR =
  'An event says only that a quarter hour has passed: the next one does the same work, so a lost one is not kept.';

const TRACING =
  "X-Ray's two write actions take no resource. They carry timings; no code of ours puts a payload into a trace.";

const OWN_KEYS =
  "The function checks the caller's virtual key itself: an authorizer would be a second invocation before every request, " +
  'and its cache would let a revoked key in.';

const OPEN =
  'Open on purpose: health checkers and finders of vulnerabilities carry no credential, and neither answer tells anything ' +
  'of the gateway but that it is there and whom to write to.';

const PROGRAMS = 'Callers are programs with virtual keys, not users of a pool.';

const NO_EXECUTION_LOG =
  'Execution logs can quote what passed through, in a group that API Gateway names, leaves unencrypted and keeps ' +
  'for ever. The access log tells the outcome and the timing of every request without its content.';

const NO_CACHE = 'An answer to a prompt is never kept, so nothing is cached that could be encrypted.';

const NO_BACK_END =
  'A client certificate would show a back end over HTTP that API Gateway calls it; the back ends are functions, called ' +
  "through Lambda's API under a permission for this API alone.";

const NO_VPC =
  'The function reaches model providers on the internet and the APIs of AWS over TLS, and nothing in a network of its own: a ' +
  'VPC would add a NAT gateway to pay for and no border that IAM does not draw already.';

const POOLED =
  'Concurrency is shared on purpose: the stage throttles itself below the quota that its configuration counts on, and a new ' +
  'account has none to reserve. `reservedConcurrency` sets a function apart where a stage wants it.';

const PART_OF_ANOTHER = 'Half of a composite alarm, which has the action: by itself it would wake people for nothing.';

/** The same rule as several packs name it. */
function inPacks(rule: string, packs: readonly string[]): string[] {
  return packs.map((pack) => `${pack}::${pack}-${rule}`);
}

const HIPAA = 'HIPAA.Security';
const NIST = 'NIST.800.53.R5';
const PCI = 'PCI.DSS.321';

/** Of every function, whatever it is for. */
function ofFunction(name: string, whyNoDeadLetters: string): Acknowledgement[] {
  const about = (ids: readonly string[], reason: string) => ids.map((id) => ({ path: `${name}/Function`, id, reason }));
  return [
    { path: `${name}/Role/Permissions`, id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]', reason: TRACING },
    ...about(inPacks('LambdaDLQ', ['Serverless', HIPAA, NIST]), whyNoDeadLetters),
    ...about(inPacks('LambdaInsideVPC', [HIPAA, NIST, PCI]), NO_VPC),
    ...about(inPacks('LambdaConcurrency', [HIPAA, NIST]), POOLED),
  ];
}

/** Of every stage's stack. */
export const gatewayAcknowledgements: readonly Acknowledgement[] = [
  {
    path: 'Api/Rest',
    id: 'AwsSolutions::AwsSolutions-APIG2',
    reason:
      'The functions parse every body through a schema and answer in the OpenAI error shape, naming the field; a model ' +
      'at the API could do neither, and would refuse a provider field that it does not know.',
  },
  ...[
    ...inPacks('APIGWExecutionLoggingEnabled', [HIPAA, NIST, PCI]).map((id) => ({ id, reason: NO_EXECUTION_LOG })),
    { id: 'AwsSolutions::AwsSolutions-APIG6', reason: NO_EXECUTION_LOG },
    ...inPacks('APIGWCacheEnabledAndEncrypted', [HIPAA, NIST, PCI]).map((id) => ({ id, reason: NO_CACHE })),
    ...inPacks('APIGWSSLEnabled', [HIPAA, NIST, PCI]).map((id) => ({ id, reason: NO_BACK_END })),
  ].map((finding) => ({ path: 'Api/Rest/DeploymentStage.live', ...finding })),
  ...['slo-fast-burn', 'slo-slow-burn', 'slo-budget'].flatMap((alarm) =>
    ['Long', 'Short'].flatMap((half) =>
      inPacks('CloudWatchAlarmAction', [HIPAA, NIST]).map((id) => ({
        path: `Observability/Alarms/BurnRate/${alarm}-${half}`,
        id,
        reason: PART_OF_ANOTHER,
      })),
    ),
  ),
  ...['healthz', '.well-known/security.txt'].flatMap((route) => [
    { path: `Api/Rest/Default/${route}/GET`, id: 'AwsSolutions::AwsSolutions-APIG4', reason: OPEN },
    { path: `Api/Rest/Default/${route}/GET`, id: 'AwsSolutions::AwsSolutions-COG4', reason: OPEN },
  ]),
  ...[
    'v1/{proxy+}',
    'v1/key',
    'v1/keys',
    'v1/keys/{proxy+}',
    'v1/account',
    'v1/providers/{proxy+}',
    'v1/organization/{proxy+}',
  ].flatMap((route) => [
    { path: `Api/Rest/Default/${route}/ANY`, id: 'AwsSolutions::AwsSolutions-APIG4', reason: OWN_KEYS },
    { path: `Api/Rest/Default/${route}/ANY`, id: 'AwsSolutions::AwsSolutions-COG4', reason: PROGRAMS },
  ]),
  {
    path: 'Api/Rest/Default/admin/{proxy+}/ANY',
    id: 'AwsSolutions::AwsSolutions-COG4',
    reason: "Operators sign with IAM, so the account's own sign-in, MFA and CloudTrail hold for them.",
  },
  { path: 'LeaseSweeper/EachMinute', id: 'Serverless::Serverless-EventBusDLQ', reason: EACH_MINUTE },
  { path: 'UsageFolder/EachQuarterHour', id: 'Serverless::Serverless-EventBusDLQ', reason: EACH_QUARTER_HOUR },
  ...ofFunction('Sweeper', EACH_MINUTE),
  ...ofFunction('Folder', EACH_QUARTER_HOUR),
  ...['Proxy', 'Admin', 'Management'].flatMap((name) => ofFunction(name, SYNCHRONOUS)),
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
  ...inPacks('IAMNoInlinePolicy', [HIPAA, NIST, PCI]).map((id) => ({
    path: 'Inspector/Enabled/CustomResourcePolicy',
    id,
    reason: "The library's own function: its policy is the library's, and comes and goes with it.",
  })),
  ...[
    ...inPacks('LambdaDLQ', ['Serverless', HIPAA, NIST]),
    ...inPacks('LambdaTracing', ['Serverless']),
    ...inPacks('LambdaConcurrency', [HIPAA, NIST]),
    ...inPacks('LambdaInsideVPC', [HIPAA, NIST, PCI]),
    ...inPacks('CloudWatchLogGroupEncrypted', [HIPAA, NIST, PCI]),
  ].map((id) => ({
    path: CUSTOM_RESOURCE,
    id,
    reason:
      'CloudFormation waits for this function at a deployment, and fails with it: nothing is lost or left to trace. It ' +
      "turns scans on and off, calls AWS's own API alone, and logs nothing of the gateway.",
  })),
];

const TRAIL: readonly Acknowledgement[] = [
  ...['AwsSolutions::AwsSolutions-S1', ...inPacks('S3BucketLoggingEnabled', [HIPAA, NIST, PCI])].map((id) => ({
    path: 'DataEvents/Bucket',
    id,
    reason: 'The trail is itself the log of who read what; its digest files show a file that was removed or changed.',
  })),
  ...inPacks('S3BucketReplicationEnabled', [HIPAA, NIST, PCI]).map((id) => ({
    path: 'DataEvents/Bucket',
    id,
    reason: "A copy elsewhere would take the trail out of the region where the account's data resides.",
  })),
  ...inPacks('CloudTrailCloudWatchLogsEnabled', [HIPAA, NIST, PCI]).map((id) => ({
    path: 'DataEvents/Trail',
    id,
    reason:
      'Data events are read after the fact, from the bucket, with their digests: a second copy of each in CloudWatch would ' +
      'cost more than the events themselves, and alarms do not wait for it.',
  })),
];

/** Of the stack that exists once per account and region. */
export function accountAcknowledgements(config: AccountConfig): readonly Acknowledgement[] {
  return [
    ...(config.apiGatewayLogs ? [API_GATEWAY_LOGS] : []),
    ...(config.inspector ? INSPECTOR : []),
    ...(config.dataEventTrail ? TRAIL : []),
  ];
}

/** Throws an Error where a path leads nowhere. */
export function acknowledgeFindings(stack: Stack, acknowledgements: readonly Acknowledgement[]): void {
  for (const { path, id, reason } of acknowledgements) {
    const construct = path.split('/').reduce<IConstruct>((scope, part) => scope.node.findChild(part), stack);
    Validations.of(construct).acknowledge({ id, reason });
  }
}
