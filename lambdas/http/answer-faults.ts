import type middy from '@middy/core';
import * as z from 'zod/mini';
import { explainFault } from './explain.ts';
import { type ProxyResult, toProxyResult } from './proxy-result.ts';
import { type LogContext, logFailedRequest } from './request-log.ts';

const identified = z.object({ requestId: z.string() });

/** middy: what was thrown becomes one log line and an answer that tells nothing of it. Put it first. */
export function answerFaults(context: LogContext): middy.MiddlewareObj<unknown, ProxyResult> {
  return {
    onError: (request) => {
      // Not yet read where the event itself was the trouble; then Lambda's own id has to do.
      const { data } = z.safeParse(identified, request.event);
      const requestId = data?.requestId ?? request.context.awsRequestId;
      logFailedRequest(context, requestId, request.error);
      request.response = toProxyResult(explainFault(request.error), requestId);
    },
  };
}
