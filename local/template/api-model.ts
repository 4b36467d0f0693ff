import * as z from 'zod';
import { functionNameIn, logGroupNameIn } from './physical-identity.ts';
import type { StackResource, StackResources } from './stack-resources.ts';

/** One method of one resource, and the function behind it. */
export interface Route {
  /** As the template has it, e.g. `/v1/{proxy+}`. */
  readonly resourcePath: string;
  /** `ANY` or an HTTP method. */
  readonly method: string;
  readonly authorization: 'NONE' | 'AWS_IAM';
  readonly functionName: string;
  readonly transferMode: 'STREAM' | 'BUFFERED';
  readonly timeoutMs: number;
}

/** What the API itself answers in one case, e.g. `REQUEST_TOO_LARGE`. */
export interface GatewayResponse {
  readonly type: string;
  readonly status: number | undefined;
  /** Body templates by content type. */
  readonly templates: Readonly<Record<string, string>>;
  /** `gatewayresponse.header.<name>` to an expression. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface ApiModel {
  readonly id: string;
  readonly stageName: string;
  readonly binaryMediaTypes: readonly string[];
  readonly routes: readonly Route[];
  readonly gatewayResponses: readonly GatewayResponse[];
  readonly accessLog: { readonly logGroupName: string; readonly format: string } | undefined;
  readonly throttle: { readonly ratePerSecond: number; readonly burst: number } | undefined;
}

const restApi = z.object({ BinaryMediaTypes: z.array(z.string()).default([]) });
const pathResource = z.object({ ParentId: z.string(), PathPart: z.string() });
const method = z.object({
  HttpMethod: z.string(),
  ResourceId: z.string(),
  AuthorizationType: z.enum(['NONE', 'AWS_IAM']).default('NONE'),
  Integration: z.object({
    Type: z.literal('AWS_PROXY', 'only Lambda proxy integrations run locally'),
    Uri: z.string(),
    ResponseTransferMode: z.enum(['STREAM', 'BUFFERED']).default('BUFFERED'),
    TimeoutInMillis: z.number().default(29_000),
  }),
});
const gatewayResponse = z.object({
  ResponseType: z.string(),
  StatusCode: z.coerce.number().optional(),
  ResponseTemplates: z.record(z.string(), z.string()).default({}),
  ResponseParameters: z.record(z.string(), z.string()).default({}),
});
const stage = z.object({
  StageName: z.string(),
  AccessLogSetting: z.object({ DestinationArn: z.string(), Format: z.string() }).optional(),
  MethodSettings: z
    .array(
      z.object({
        HttpMethod: z.string(),
        ResourcePath: z.string(),
        ThrottlingRateLimit: z.number().optional(),
        ThrottlingBurstLimit: z.number().optional(),
      }),
    )
    .default([]),
});
type Stage = z.infer<typeof stage>;

/**
 * The one REST API of the stack.
 * @throws Error where there is none, or more than one.
 */
export function readApiModel(resources: StackResources): ApiModel {
  const api = onlyOne(resources.ofType('AWS::ApiGateway::RestApi'), 'REST API');
  const stageProperties = onlyOne(resources.ofType('AWS::ApiGateway::Stage'), 'API stage').read(stage);
  const paths = resourcePaths(resources, api.identity.attributes['RootResourceId'] ?? '');
  return {
    id: api.identity.ref,
    stageName: stageProperties.StageName,
    binaryMediaTypes: api.read(restApi).BinaryMediaTypes,
    routes: resources.ofType('AWS::ApiGateway::Method').map((resource) => routeOf(resource.read(method), paths)),
    gatewayResponses: resources.ofType('AWS::ApiGateway::GatewayResponse').map(gatewayResponseOf),
    accessLog: accessLogOf(stageProperties),
    throttle: throttleOf(stageProperties),
  };
}

function onlyOne(resources: readonly StackResource[], what: string): StackResource {
  const [first, ...others] = resources;
  if (first === undefined || others.length > 0) {
    throw new Error(`The local runner needs exactly one ${what} in the stack, but found ${resources.length}.`);
  }
  return first;
}

/** Each resource's full path, by its id. */
function resourcePaths(resources: StackResources, rootId: string): ReadonlyMap<string, string> {
  const found = resources.ofType('AWS::ApiGateway::Resource');
  const byId = new Map(found.map((resource) => [resource.identity.ref, resource.read(pathResource)]));
  const pathOf = (id: string): string => {
    const part = byId.get(id);
    return part === undefined ? '' : `${pathOf(part.ParentId)}/${part.PathPart}`;
  };
  return new Map([[rootId, '/'], ...[...byId.keys()].map((id): [string, string] => [id, pathOf(id)])]);
}

function routeOf(properties: z.infer<typeof method>, paths: ReadonlyMap<string, string>): Route {
  const { Integration: integration } = properties;
  return {
    resourcePath: paths.get(properties.ResourceId) ?? '/',
    method: properties.HttpMethod,
    authorization: properties.AuthorizationType,
    functionName: functionNameIn(integration.Uri),
    transferMode: integration.ResponseTransferMode,
    timeoutMs: integration.TimeoutInMillis,
  };
}

function gatewayResponseOf(resource: StackResource): GatewayResponse {
  const properties = resource.read(gatewayResponse);
  return {
    type: properties.ResponseType,
    status: properties.StatusCode,
    templates: properties.ResponseTemplates,
    parameters: properties.ResponseParameters,
  };
}

function accessLogOf({ AccessLogSetting: setting }: Stage): ApiModel['accessLog'] {
  if (setting === undefined) return undefined;
  const logGroupName = logGroupNameIn(setting.DestinationArn);
  return logGroupName === undefined ? undefined : { logGroupName, format: setting.Format };
}

function throttleOf({ MethodSettings: settings }: Stage): ApiModel['throttle'] {
  const forAll = settings.find(({ HttpMethod, ResourcePath }) => HttpMethod === '*' && ResourcePath === '/*');
  if (forAll?.ThrottlingRateLimit === undefined || forAll.ThrottlingBurstLimit === undefined) return undefined;
  return { ratePerSecond: forAll.ThrottlingRateLimit, burst: forAll.ThrottlingBurstLimit };
}
