import type { IncomingHttpHeaders } from 'node:http';
import type { RequestContext } from '../http/request-context.ts';
import type { WebAclModel } from '../template/web-acl-model.ts';
import { createWebAcl, type Verdict } from './web-acl.ts';

type Context = Pick<RequestContext, 'requestId' | 'receivedAtMs' | 'method' | 'path' | 'protocol' | 'sourceIp'>;

interface Received {
  readonly context: Context;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | 'too-large';
}

/** The web ACL as the API's front asks it: with what was received. */
export type WebAclFront = (received: Received) => Verdict;

export interface WebAclFrontOptions {
  readonly clock: () => number;
  /** Takes a line of JSON for each request that was blocked. */
  readonly writeBlock: (line: string) => void;
}

/** @throws Error for what the runner does not know. */
export function createWebAclFront(model: WebAclModel, { clock, writeBlock }: WebAclFrontOptions): WebAclFront {
  const judge = createWebAcl(model, clock);
  return ({ context, headers, body }) => {
    const { method, path, sourceIp } = context;
    const seen = body === 'too-large' ? '' : body.toString('latin1', 0, model.inspectedBytes);
    const isCut = body === 'too-large' || body.length > model.inspectedBytes;
    const verdict = judge({ method, path, headers, body: seen, isCut, sourceIp });
    if (verdict.action === 'block') writeBlock(describeBlock(verdict, context, model));
    return verdict;
  };
}

/** In the shape of AWS WAF's own log, without what is hidden there: query string, headers, body. */
function describeBlock({ rule, labels, response }: Verdict, context: Context, { arn }: WebAclModel): string {
  return JSON.stringify({
    timestamp: context.receivedAtMs,
    formatVersion: 1,
    webaclId: arn,
    terminatingRuleId: rule,
    action: 'BLOCK',
    responseCodeSent: response?.status ?? null,
    labels: labels.map((name) => ({ name })),
    httpRequest: {
      clientIp: context.sourceIp,
      httpMethod: context.method,
      uri: context.path,
      httpVersion: context.protocol,
      requestId: context.requestId,
    },
  });
}
