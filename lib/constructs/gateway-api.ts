import {
  AccessLogFormat,
  AuthorizationType,
  CfnRestApi,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  ResponseTransferMode,
  RestApi,
  SecurityPolicy,
  type StageOptions,
} from 'aws-cdk-lib/aws-apigateway';
import { Aws, Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StageConfig } from '../stage-config.ts';
import { ApiDomain } from './api-domain.ts';
import { EncryptedLogGroup } from './encrypted-log-group.ts';
import type { GatewayFunction } from './gateway-function.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import type { OperationsKey } from './operations-key.ts';

/** The stage's name is the first part of every path on the default host name. */
export const STAGE_NAME = 'live';

/** For anybody: they tell nothing of the gateway's data. */
const OPEN_PATHS = ['/healthz', '/.well-known/security.txt'] as const;

/** Under `/v1`, and yet not the data plane's. */
const MANAGEMENT_PATHS = [
  '/v1/key',
  '/v1/keys',
  '/v1/keys/{proxy+}',
  '/v1/account',
  '/v1/providers/{proxy+}',
  '/v1/organization/{proxy+}',
] as const;

export interface GatewayApiProps {
  readonly stage: StageConfig;
  /** Answers `/v1` and `/healthz`, streaming, for as long as 15 minutes. */
  readonly proxy: GatewayFunction;
  /** Answers `/admin` to callers that IAM lets in. */
  readonly admin: GatewayFunction;
  /** Answers the routes under `/v1` that manage an account. */
  readonly management: GatewayFunction;
  /** Encrypts the access log. */
  readonly key: OperationsKey;
}

/** The regional REST API: few routes, as the functions route within; TLS and host name are held to by the API itself. */
export class GatewayApi extends Construct {
  /** Of the deployed stage, for the web ACL: it names the stage, so that association waits for it. */
  readonly stageArn: string;
  /** `https://…/live`, or a host name of the stage's own; with no slash at its end. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: GatewayApiProps) {
    super(scope, id);
    const { stage, key } = props;
    const accessLog = new EncryptedLogGroup(this, 'AccessLog', {
      key,
      retentionDays: stage.logRetentionDays,
      retainData: stage.retainData,
    });
    const api = new RestApi(this, 'Rest', {
      restApiName: Aws.STACK_NAME,
      description: `Portcullis, stage ${stage.name}`,
      endpointConfiguration: { types: [EndpointType.REGIONAL] },
      // A name of one's own is the only way in, or what is bound to it (client certificates, DNS) could be walked around.
      disableExecuteApiEndpoint: stage.domains.length > 0,
      // Every body reaches the functions byte for byte (base64), whatever it holds or claims to be: 4.5 MB fit the event.
      binaryMediaTypes: ['*/*'],
      // That role is one per account and region; lib/account-stack.ts has it.
      cloudWatchRole: false,
      deployOptions: deployOptions(stage, accessLog),
    });
    const securityPolicy = securityPolicies[stage.minimumTls];
    hardenTransport(api, securityPolicy);
    addGatewayResponses(api);
    addRoutes(api, props);

    // The library's own output says the same as ours, under a name that nobody could guess.
    api.node.tryRemoveChild('Endpoint');
    this.stageArn = api.deploymentStage.stageArn;
    for (const domain of stage.domains) new ApiDomain(this, domain.name, { domain, api, securityPolicy });
    const [domain] = stage.domains;
    const defaultUrl = `https://${api.restApiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}/${STAGE_NAME}`;
    this.url = domain === undefined ? defaultUrl : `https://${domain.name}`;
  }
}

function deployOptions(stage: StageConfig, accessLog: EncryptedLogGroup): StageOptions {
  return {
    stageName: STAGE_NAME,
    tracingEnabled: stage.tracing,
    throttlingRateLimit: stage.throttle.requestsPerSecond,
    throttlingBurstLimit: stage.throttle.burst,
    // Execution logs can quote what passed through, in a group that API Gateway names and keeps as it likes.
    loggingLevel: MethodLoggingLevel.OFF,
    dataTraceEnabled: false,
    accessLogDestination: new LogGroupLogDestination(accessLog),
    accessLogFormat: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
  };
}

/** Neither the path as called, nor a query string, nor a header: only what API Gateway itself measured or decided. */
const accessLogFields = {
  requestId: '$context.requestId',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  resourcePath: '$context.resourcePath',
  status: '$context.status',
  errorType: '$context.error.responseType',
  responseLength: '$context.responseLength',
  responseTransferMode: '$context.integration.responseTransferMode',
  timeToFirstContent: '$context.integration.timeToFirstContent',
  integrationLatency: '$context.integrationLatency',
  tlsVersion: '$context.tlsVersion',
  wafResponse: '$context.wafResponseCode',
} as const;

/** By the oldest version: either has forward secrecy, the first also post-quantum key exchange. */
const securityPolicies = {
  '1.2': SecurityPolicy.TLS13_1_2_PFS_PQ_2025_09,
  '1.3': SecurityPolicy.TLS13_1_3_2025_09,
} as const;

/**
 * TLS by a policy of ours, and only for the host name that the client asked for. Both are the API's own settings: those of
 * a custom domain in front of it do not govern the handshake, and the default is TLS 1.0.
 */
function hardenTransport(api: RestApi, securityPolicy: SecurityPolicy): void {
  const resource = api.node.defaultChild;
  if (!(resource instanceof CfnRestApi)) throw new Error('the REST API has no CfnRestApi to harden');
  resource.securityPolicy = securityPolicy;
  resource.endpointAccessMode = 'STRICT';
}

function addRoutes({ root }: RestApi, { proxy, admin, management }: GatewayApiProps): void {
  // One permission per function, not per method: a function's policy holds 20 KB.
  const scopePermissionToMethod = false;
  const streaming = new LambdaIntegration(proxy.lambda, {
    responseTransferMode: ResponseTransferMode.STREAM,
    timeout: Duration.minutes(15),
    scopePermissionToMethod,
  });
  const buffered = (fn: GatewayFunction) =>
    new LambdaIntegration(fn.lambda, { timeout: Duration.seconds(29), scopePermissionToMethod });
  const byKey = buffered(management);
  const byIam = buffered(admin);

  for (const path of OPEN_PATHS) root.resourceForPath(path).addMethod('GET', streaming);
  root.resourceForPath('/v1/{proxy+}').addMethod('ANY', streaming);
  for (const path of MANAGEMENT_PATHS) root.resourceForPath(path).addMethod('ANY', byKey);
  root.resourceForPath('/admin/{proxy+}').addMethod('ANY', byIam, { authorizationType: AuthorizationType.IAM });
}
