import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Connection, checkConnection } from '../../../lambdas/domain/keys/check-connection.ts';
import type { KeyRecord } from '../../../lambdas/domain/keys/key-record.ts';
import { normalizeDomain } from '../../../lambdas/operations/connection-fields.ts';
import { keyRecord } from '../../support/memory-ports.ts';

function codeOf(settings: Partial<KeyRecord>, connection: Partial<Connection>): string {
  const environments = ['staging', 'production'];
  const outcome = checkConnection(
    { ...keyRecord, ...settings },
    { sourceIp: '192.0.2.1', ...connection },
    { environments },
  );
  return outcome.ok ? 'ok' : outcome.refusal.code;
}

const originCode = (allowed: string, connection: Partial<Connection>) =>
  codeOf({ allowedDomains: [normalizeDomain(allowed) ?? 'refused'] }, connection);

describe('a key with domains', () => {
  test.each([
    ['example.com', 'https://example.com'],
    ['example.com', 'http://example.com'],
    ['example.com', 'https://EXAMPLE.com'],
    ['example.com', 'https://example.com.'],
    ['Example.COM.', 'https://example.com'],
    ['example.com', 'https://example.com:443'],
    ['example.com:443', 'https://example.com'],
    ['example.com:8443', 'https://example.com:8443'],
    ['*.example.com', 'https://a.example.com'],
    ['*.example.com', 'https://a.b.example.com'],
    ['*.example.com:8443', 'https://a.example.com:8443'],
    ['bücher.example', 'https://xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'https://bücher.example'],
    ['*.bücher.example', 'https://shop.xn--bcher-kva.example'],
    ['localhost:3000', 'http://localhost:3000'],
    ['127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['[::1]:3000', 'http://[::1]:3000'],
  ])('%s lets %s in', (allowed, origin) => {
    expect(originCode(allowed, { origin })).toBe('ok');
  });

  test.each([
    ['example.com', 'https://evil-example.com'],
    ['example.com', 'https://example.com.evil.org'],
    ['example.com', 'https://sub.example.com'],
    ['example.com', 'https://example.com:8443'],
    ['example.com:443', 'http://example.com'],
    ['example.com:8443', 'https://example.com'],
    ['example.com', 'https://example.com@evil.org'],
    ['example.com', 'https://evil.org@example.com'],
    ['example.com', 'https://evil.org#example.com'],
    ['example.com', 'https://evil.org/example.com'],
    ['example.com', 'null'],
    ['example.com', ''],
    ['example.com', 'example.com'],
    ['example.com', '//example.com'],
    ['example.com', 'file://example.com'],
    ['example.com', 'chrome-extension://example.com'],
    ['example.com', 'https://examp1e.com'],
    ['example.com', 'https://exаmple.com'],
    ['example.com', 'https://example.co'],
    ['*.example.com', 'https://example.com'],
    ['*.example.com', 'https://.example.com'],
    ['*.example.com', 'https://evil-example.com'],
    ['*.example.com', 'https://a.example.com:8443'],
    ['*.example.com', 'https://a.example.com.evil.org'],
    ['localhost:3000', 'http://localhost:3001'],
    ['localhost:3000', 'http://evil-localhost:3000'],
    ['127.0.0.1:3000', 'http://127.0.0.11:3000'],
  ])('%s keeps %s out', (allowed, origin) => {
    expect(originCode(allowed, { origin })).toBe('origin_not_allowed');
  });

  test('asks the Referer where there is no Origin, and only there', () => {
    const referer = 'https://example.com/page?q=1#here';
    expect(originCode('example.com', { referer })).toBe('ok');
    expect(originCode('example.com', { referer: 'https://evil.org/example.com' })).toBe('origin_not_allowed');
    expect(originCode('example.com', { origin: 'null', referer })).toBe('origin_not_allowed');
    expect(originCode('example.com', { origin: 'https://evil.org', referer })).toBe('origin_not_allowed');
    expect(originCode('example.com', {})).toBe('origin_not_allowed');
  });

  test('a wildcard is never the apex, nor a name that merely ends like it', () => {
    const label = fc.stringMatching(/^[a-z0-9]{1,10}$/);
    fc.assert(
      fc.property(label, label, (sub, name) => {
        const allowed = `*.${name}.example`;
        expect(originCode(allowed, { origin: `https://${sub}.${name}.example` })).toBe('ok');
        expect(originCode(allowed, { origin: `https://${name}.example` })).toBe('origin_not_allowed');
        expect(originCode(allowed, { origin: `https://${sub}${name}.example` })).toBe('origin_not_allowed');
        expect(originCode(allowed, { origin: `https://${sub}-${name}.example` })).toBe('origin_not_allowed');
      }),
    );
  });
});

describe('a key with addresses', () => {
  const allowedIps = ['192.0.2.0/24', '2001:db8::/32'];

  test('is used from there alone', () => {
    expect(codeOf({ allowedIps }, { sourceIp: '192.0.2.77' })).toBe('ok');
    expect(codeOf({ allowedIps }, { sourceIp: '2001:db8::5' })).toBe('ok');
    expect(codeOf({ allowedIps }, { sourceIp: '::ffff:192.0.2.77' })).toBe('ok');
    expect(codeOf({ allowedIps }, { sourceIp: '198.51.100.1' })).toBe('ip_not_allowed');
    expect(codeOf({ allowedIps }, { sourceIp: '' })).toBe('ip_not_allowed');
  });

  test('both are held to, where a key has both', () => {
    const both = { allowedIps, allowedDomains: ['example.com'] };
    const origin = 'https://example.com';
    expect(codeOf(both, { origin })).toBe('ok');
    expect(codeOf(both, { origin, sourceIp: '198.51.100.1' })).toBe('ip_not_allowed');
    expect(codeOf(both, {})).toBe('origin_not_allowed');
  });
});

describe('a key for an environment that the stage does not serve', () => {
  test('is not let in, wherever it came from', () => {
    expect(codeOf({ environment: 'development' }, {})).toBe('permission_denied');
    expect(codeOf({ environment: 'development' }, { environment: 'development' })).toBe('permission_denied');
    expect(codeOf({ environment: 'of a later version' }, {})).toBe('permission_denied');
    expect(codeOf({ environment: 'staging' }, {})).toBe('ok');
  });
});

describe('a request that names an environment', () => {
  test('is served by a key of that environment alone', () => {
    expect(codeOf({ environment: 'production' }, { environment: 'production' })).toBe('ok');
    expect(codeOf({ environment: 'production' }, { environment: 'staging' })).toBe('permission_denied');
    expect(codeOf({}, { environment: 'staging' })).toBe('permission_denied');
    expect(codeOf({ environment: 'production' }, {})).toBe('ok');
  });
});
