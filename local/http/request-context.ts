import type { IncomingMessage } from 'node:http';
import type { ApiModel } from '../template/api-model.ts';
import { localAccountId } from '../template/physical-identity.ts';

/** Who signed a request to an IAM-authorized route. */
export interface CallerIdentity {
  readonly accessKey: string;
  readonly userArn: string;
}

/** What the front knows about one request; `$context` of templates, access log and event is made of it. */
export interface RequestContext {
  readonly requestId: string;
  readonly extendedRequestId: string;
  readonly traceId: string;
  readonly receivedAtMs: number;
  /** The same, as `$context.requestTime` writes it. */
  readonly requestTime: string;
  readonly method: string;
  /** As on the request line, without the query. */
  readonly path: string;
  readonly query: string;
  readonly protocol: string;
  readonly sourceIp: string;
  readonly userAgent: string | null;
  readonly domainName: string;
  resourcePath: string | undefined;
  caller: CallerIdentity | undefined;
  /** Where a web ACL stands before the API. */
  wafResponseCode: 'WAF_ALLOW' | 'WAF_BLOCK' | undefined;
}

/** How the answer went, for the access log. */
export interface AnswerFacts {
  status: number;
  responseBytes: number;
  transferMode?: 'BUFFERED' | 'STREAMED';
  /** Milliseconds from the invocation to the complete headers, to the first byte of the body, and to the end. */
  allHeadersMs?: number;
  firstContentMs?: number;
  integrationMs?: number;
  errorType?: string;
  errorMessage?: string;
}

export interface ContextSource {
  readonly clock: () => number;
  readonly newId: () => string;
}

export function createRequestContext(request: IncomingMessage, { clock, newId }: ContextSource): RequestContext {
  const [path = '/', ...query] = (request.url ?? '/').split('?');
  const receivedAtMs = clock();
  const seconds = Math.floor(receivedAtMs / 1000).toString(16);
  return {
    requestId: newId(),
    extendedRequestId: `${Buffer.from(newId().replaceAll('-', ''), 'hex').subarray(0, 11).toString('base64url')}=`,
    traceId: `Root=1-${seconds}-${newId().replaceAll('-', '').slice(0, 24)}`,
    receivedAtMs,
    requestTime: commonLogTime(receivedAtMs),
    method: request.method ?? 'GET',
    path,
    query: query.join('?'),
    protocol: `HTTP/${request.httpVersion}`,
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    userAgent: request.headers['user-agent'] ?? null,
    domainName: request.headers.host ?? '',
    resourcePath: undefined,
    caller: undefined,
    wafResponseCode: undefined,
  };
}

/** `09/Apr/2015:12:34:56 +0000` */
function commonLogTime(epochMs: number): string {
  const [, day, month, year, time] = new Date(epochMs).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

/** The variables of `$context`, by dotted name. What is absent does not apply to the request. */
export function contextVariables(
  context: RequestContext,
  api: ApiModel,
  answer?: AnswerFacts,
): Readonly<Record<string, string | number | null | undefined>> {
  return {
    accountId: localAccountId,
    apiId: api.id,
    domainName: context.domainName,
    'error.message': answer?.errorMessage,
    'error.messageString': answer?.errorMessage && JSON.stringify(answer.errorMessage),
    'error.responseType': answer?.errorType,
    extendedRequestId: context.extendedRequestId,
    httpMethod: context.method,
    'identity.accessKey': context.caller?.accessKey,
    'identity.caller': context.caller?.userArn,
    'identity.sourceIp': context.sourceIp,
    'identity.userAgent': context.userAgent,
    'identity.userArn': context.caller?.userArn,
    'integration.latency': answer?.integrationMs,
    'integration.responseTransferMode': answer?.transferMode,
    'integration.timeToAllHeaders': answer?.allHeadersMs,
    'integration.timeToFirstContent': answer?.firstContentMs,
    integrationLatency: answer?.integrationMs,
    path: context.path,
    protocol: context.protocol,
    requestId: context.requestId,
    requestTime: context.requestTime,
    requestTimeEpoch: context.receivedAtMs,
    resourcePath: context.resourcePath,
    responseLength: answer?.responseBytes,
    stage: api.stageName,
    status: answer?.status,
    wafResponseCode: context.wafResponseCode,
    xrayTraceId: context.traceId,
  };
}
