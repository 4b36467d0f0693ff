/**
 * On every answer that no function gives: those of API Gateway and of the web ACL. The functions' own
 * (lambdas/http/security-headers.ts) are these and a content security policy, whose quotes API Gateway cannot write.
 */
export const edgeHeaders = {
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  // Any page may read what it is answered, without credentials of its own: whether it may ask is told by the key.
  'access-control-allow-origin': '*',
  'access-control-expose-headers': '*',
} as const;
