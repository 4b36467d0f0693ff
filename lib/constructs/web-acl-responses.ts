// What a client is told that the web ACL turns away: the gateway's own error shape and codes, so that an SDK raises its own
// typed error, and waits where it is told to.
import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { renderErrorBody } from './gateway-responses.ts';
import { edgeHeaders } from './security-headers.ts';

interface EdgeRefusal {
  readonly status: number;
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A rate is counted over a minute, and looked at every few seconds. */
const comeBackLater = { 'retry-after': '30', 'retry-after-ms': '30000' };

/** What the functions take; AWS WAF reads it off a header, as it never sees a body beyond 64 KB. */
export const MODEL_BODY_BYTES = 4_500_000;
/** What the management plane takes, and the most that AWS WAF sees of a body: so it sees all of those that pass. */
export const MANAGEMENT_BODY_BYTES = 64 * 1024;

function tooLarge(bytes: number): EdgeRefusal {
  const message = `The request body is larger than ${bytes} bytes.`;
  return { status: 413, type: 'invalid_request_error', code: 'request_too_large', message };
}

/** By the key that each has in the ACL's customResponseBodies. */
const refusals = {
  'rate-limited': {
    status: 429,
    type: 'requests',
    code: 'rate_limit_exceeded',
    message: 'Too many requests come from this address or with this key. Try again shortly.',
    headers: comeBackLater,
  },
  'too-large': tooLarge(MODEL_BODY_BYTES),
  'management-too-large': tooLarge(MANAGEMENT_BODY_BYTES),
  'address-refused': {
    status: 403,
    type: 'invalid_request_error',
    code: 'ip_not_allowed',
    message: 'Requests from this address are not allowed.',
  },
  refused: {
    status: 403,
    type: 'invalid_request_error',
    code: 'permission_denied',
    message: 'The web application firewall refused the request.',
  },
} as const satisfies Readonly<Record<string, EdgeRefusal>>;

export type RefusalName = keyof typeof refusals;

export const customResponseBodies: Readonly<Record<string, CfnWebACL.CustomResponseBodyProperty>> = Object.fromEntries(
  Object.entries(refusals).map(([name, refusal]) => [
    name,
    { contentType: 'APPLICATION_JSON', content: renderErrorBody(refusal) },
  ]),
);

/** A rule's action: the request ends here, with that answer. */
export function blockWith(name: RefusalName): CfnWebACL.RuleActionProperty {
  const { status, headers = {} }: EdgeRefusal = refusals[name];
  const responseHeaders = Object.entries({ ...edgeHeaders, ...headers }).map(([header, value]) => ({
    name: header,
    value,
  }));
  return { block: { customResponse: { responseCode: status, customResponseBodyKey: name, responseHeaders } } };
}
