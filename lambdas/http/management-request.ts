import type middy from '@middy/core';
import * as z from 'zod/mini';
import { lowerNames } from './api-gateway-event.ts';

// The part of an API Gateway REST proxy event that the management plane reads. On an IAM-authorized route API Gateway
// itself says who signed the request; nothing that the caller writes can change it.
// Source: docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html, payload format 1.0.
const event = z.object({
  httpMethod: z.string(),
  path: z.string(),
  headers: z.nullish(z.record(z.string(), z.string())),
  multiValueQueryStringParameters: z.nullish(z.record(z.string(), z.array(z.string()))),
  body: z.nullish(z.string()),
  isBase64Encoded: z.boolean(),
  requestContext: z.object({
    requestId: z.string(),
    identity: z.object({ sourceIp: z.string(), userArn: z.nullish(z.string()) }),
  }),
});

export interface ManagementRequest {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of a parameter that is repeated, or whose name ends in `[]`, every value. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** The connection's own address, never a header's. */
  readonly sourceIp: string;
  /** Who signed, where the route is IAM-authorized. */
  readonly userArn: string | undefined;
  readonly body: Uint8Array;
}

/** OpenAI's SDKs write a list as `name[]=a&name[]=b`, curl users as `name=a&name=b`. */
function readQuery(values: Readonly<Record<string, readonly string[]>>): ManagementRequest['query'] {
  const query = new Map<string, string | readonly string[]>();
  for (const [written, all] of Object.entries(values)) {
    const isList = written.endsWith('[]');
    const name = isList ? written.slice(0, -'[]'.length) : written;
    const known = query.get(name);
    const [first = '', ...more] = all;
    query.set(name, known === undefined && !isList && more.length === 0 ? first : [known ?? [], all].flat(2));
  }
  return Object.fromEntries(query);
}

/** Throws where the event is no proxy event: a fault of the deployment, not of the caller. */
function parseManagementEvent(value: unknown): ManagementRequest {
  const proxyEvent = z.parse(event, value);
  const { httpMethod, path, headers, multiValueQueryStringParameters, body, isBase64Encoded } = proxyEvent;
  const { requestId, identity } = proxyEvent.requestContext;
  return {
    requestId,
    method: httpMethod,
    path,
    headers: lowerNames(headers ?? {}),
    query: readQuery(multiValueQueryStringParameters ?? {}),
    sourceIp: identity.sourceIp,
    userArn: identity.userArn ?? undefined,
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
  };
}

/** middy: from here on the event is a ManagementRequest. */
export function readManagementRequest(): middy.MiddlewareObj<ManagementRequest> {
  return {
    before: (request) => {
      request.event = parseManagementEvent(request.event);
    },
  };
}
