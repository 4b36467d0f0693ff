import type middy from '@middy/core';
import * as z from 'zod/mini';
import type { Actor } from '../domain/audit/audit-event.ts';

// The part of an API Gateway REST proxy event that the management plane reads. On an IAM-authorized route API Gateway
// itself says who signed the request; nothing that the caller writes can change it.
// Source: docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html, payload format 1.0.
const event = z.object({
  httpMethod: z.string(),
  path: z.string(),
  body: z.nullish(z.string()),
  isBase64Encoded: z.boolean(),
  requestContext: z.object({
    requestId: z.string(),
    identity: z.object({ sourceIp: z.string(), userArn: z.string() }),
  }),
});

export interface ManagementRequest {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly actor: Actor;
  readonly body: Uint8Array;
}

/** Throws where the event is no IAM-authorized proxy event: a fault of the deployment, not of the caller. */
function parseManagementEvent(value: unknown): ManagementRequest {
  const { httpMethod, path, body, isBase64Encoded, requestContext } = z.parse(event, value);
  const { requestId, identity } = requestContext;
  return {
    requestId,
    method: httpMethod,
    path,
    actor: { type: 'iam', iam: { arn: identity.userArn, ip_address: identity.sourceIp } },
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
