import type { ApiModel } from '../template/api-model.ts';
import { localAccountId } from '../template/physical-identity.ts';
import { groupValues } from './group-values.ts';
import type { RouteMatch } from './match-route.ts';
import type { RequestContext } from './request-context.ts';

type Values = Record<string, string>;
type MultiValues = Record<string, string[]>;

/** Headers that end at the API: they concern the connection, say how long the body is, or are the API's own to write. */
const notForwarded = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
]);

export interface ProxyRequest {
  readonly context: RequestContext;
  readonly match: RouteMatch;
  /** Names and values alternating, with the casing that the client used. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly localPort: number;
}

/** The event of a REST API's Lambda proxy integration (payload format 1.0). */
export function buildProxyEvent({ context, match, rawHeaders, body, localPort }: ProxyRequest, api: ApiModel) {
  const multiValueHeaders = forwardedHeaders(rawHeaders, context, localPort);
  const multiValueQuery = queryValues(context.query);
  const isBinary = body.length > 0 && isBinaryMediaType(lastOf(multiValueHeaders, 'content-type'), api);
  return {
    resource: match.route.resourcePath,
    path: context.path,
    httpMethod: context.method,
    headers: lastValues(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: multiValueQuery && lastValues(multiValueQuery),
    multiValueQueryStringParameters: multiValueQuery,
    pathParameters: match.pathParameters,
    stageVariables: null,
    requestContext: eventContext(context, match, api),
    body: body.length === 0 ? null : body.toString(isBinary ? 'base64' : 'utf8'),
    isBase64Encoded: isBinary,
  };
}

function eventContext(context: RequestContext, { route }: RouteMatch, api: ApiModel) {
  const { caller } = context;
  return {
    accountId: localAccountId,
    apiId: api.id,
    domainName: context.domainName,
    domainPrefix: context.domainName.split('.')[0],
    extendedRequestId: context.extendedRequestId,
    httpMethod: context.method,
    identity: {
      accessKey: caller?.accessKey ?? null,
      accountId: caller === undefined ? null : localAccountId,
      caller: caller?.userArn ?? null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: context.sourceIp,
      user: caller?.userArn ?? null,
      userAgent: context.userAgent,
      userArn: caller?.userArn ?? null,
    },
    path: context.path,
    protocol: context.protocol,
    requestId: context.requestId,
    requestTime: context.requestTime,
    requestTimeEpoch: context.receivedAtMs,
    resourceId: route.resourcePath,
    resourcePath: route.resourcePath,
    stage: api.stageName,
  };
}

function forwardedHeaders(rawHeaders: readonly string[], context: RequestContext, localPort: number): MultiValues {
  const received = Array.from({ length: rawHeaders.length / 2 }, (_, index): [string, string] => [
    rawHeaders[2 * index] ?? '',
    rawHeaders[2 * index + 1] ?? '',
  ]);
  const forwardedFor = received.filter(([name]) => name.toLowerCase() === 'x-forwarded-for').map(([, value]) => value);
  return groupValues([
    ...received.filter(([name]) => !notForwarded.has(name.toLowerCase())),
    ['X-Amzn-Trace-Id', context.traceId],
    ['X-Forwarded-For', [...forwardedFor, context.sourceIp].join(', ')],
    ['X-Forwarded-Port', String(localPort)],
    ['X-Forwarded-Proto', 'http'],
  ]);
}

function queryValues(query: string): MultiValues | null {
  return query === '' ? null : groupValues(new URLSearchParams(query));
}

function lastValues(values: MultiValues): Values {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? '']));
}

function lastOf(headers: MultiValues, lowerName: string): string | undefined {
  return Object.entries(headers)
    .find(([name]) => name.toLowerCase() === lowerName)?.[1]
    .at(-1);
}

/** Whether a body of this type reaches the function as base64, so that no byte of it changes. */
function isBinaryMediaType(contentType: string | undefined, { binaryMediaTypes }: ApiModel): boolean {
  const actual = (contentType ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
  return binaryMediaTypes.some((type) => {
    const pattern = type.toLowerCase();
    if (pattern === '*/*') return true;
    return pattern.endsWith('/*') ? actual.startsWith(pattern.slice(0, -1)) : actual === pattern;
  });
}
