import * as z from 'zod/mini';
import type { GatewayRequest } from './gateway-request.ts';

// The part of an API Gateway REST proxy event that the data plane reads.
// Source: docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html, payload format 1.0.
const event = z.object({
  httpMethod: z.string(),
  path: z.string(),
  headers: z.nullish(z.record(z.string(), z.string())),
  body: z.nullish(z.string()),
  isBase64Encoded: z.boolean(),
  requestContext: z.object({ requestId: z.string(), identity: z.object({ sourceIp: z.string() }) }),
});

export function lowerNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  const lowered: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) lowered[name.toLowerCase()] = value;
  return lowered;
}

/** Throws where the event is no proxy event: a fault of the deployment, not of the client. */
export function parseApiGatewayEvent(value: unknown, remainingMs: number): GatewayRequest {
  const { httpMethod, path, headers, body, isBase64Encoded, requestContext } = z.parse(event, value);
  return {
    requestId: requestContext.requestId,
    method: httpMethod,
    path,
    headers: lowerNames(headers ?? {}),
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
    sourceIp: requestContext.identity.sourceIp,
    remainingMs,
  };
}
