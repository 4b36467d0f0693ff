/**
 * On every answer; one that says otherwise (a stream, on caching) is left to it. The edge's own answers carry the same
 * (lib/constructs/security-headers.ts), and a test compares the two.
 */
export const securityHeaders = {
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  // Any page may read what it is answered, without credentials of its own: whether it may ask is told by the key.
  'access-control-allow-origin': '*',
  'access-control-expose-headers': '*',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;
